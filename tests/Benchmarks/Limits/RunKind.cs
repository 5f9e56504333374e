namespace KafkaBackup.Benchmarks.Limits;

/// <summary>What a process is run for.</summary>
internal enum RunKind
{
    /// <summary>A backup to a directory, zstd 3, all else as by default.</summary>
    Backup,

    /// <summary>The same with little memory and small segments.</summary>
    TightBackup,

    /// <summary>A backup without compression.</summary>
    PlainBackup,

    /// <summary>The same with little memory and small segments.</summary>
    TightPlainBackup,

    /// <summary>A backup to S3.</summary>
    BucketBackup,

    /// <summary>A backup by an earlier version.</summary>
    Before,

    /// <summary>A backup by another program.</summary>
    Peer,

    /// <summary>Reading by the native client, and nothing else.</summary>
    Read,

    /// <summary>Compressing what a backup stored, and nothing else.</summary>
    Compress,

    /// <summary>A restore of that backup.</summary>
    Restore,

    /// <summary>Decompressing it and sending what was restored, and nothing else.</summary>
    Send,

    /// <summary>The same, and compressing the batches.</summary>
    PackAndSend,

    /// <summary>A backup of many partitions.</summary>
    FirstOfMany,

    /// <summary>The run after it, which finds nothing new.</summary>
    NothingNew,

    /// <summary>A run that finds news in a hundredth of the partitions.</summary>
    LittleNew,

    /// <summary>A backup that goes on and has nothing to do: some time of it, after it has settled.</summary>
    Idle,

    /// <summary>The program's help.</summary>
    Help,

    /// <summary>A backup, up to its first Fetch request.</summary>
    FirstFetch,
}
