namespace KafkaBackup.Benchmarks.Limits;

/// <summary>Kinds of runs in words.</summary>
internal static class RunKindNames
{
    /// <summary>The words of a table.</summary>
    public static string Name(this RunKind kind) => kind switch
    {
        RunKind.Backup => "backup",
        RunKind.TightBackup => "backup in 128 MiB",
        RunKind.PlainBackup => "backup, compression none",
        RunKind.TightPlainBackup => "backup in 128 MiB, compression none",
        RunKind.BucketBackup => "backup to S3",
        RunKind.Before => "backup by the earlier version",
        RunKind.Peer => "backup by the peer",
        RunKind.Read => "reading alone, native client",
        RunKind.Compress => "zstd 3 alone, one core",
        RunKind.Restore => "restore",
        RunKind.Send => "decompression and a bare socket",
        RunKind.PackAndSend => "decompression, compression and a bare socket",
        RunKind.FirstOfMany => "first backup",
        RunKind.NothingNew => "backup, nothing new",
        RunKind.LittleNew => "backup, 1 % with news",
        RunKind.Idle => "continuous, idle",
        RunKind.Help => "--help",
        RunKind.FirstFetch => "backup to the first Fetch request",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    /// <summary>Whether wall and CPU time are those of a part of the process, whose memory then tells nothing.</summary>
    public static bool IsPart(this RunKind kind) => kind is RunKind.Compress or RunKind.Send or RunKind.PackAndSend or RunKind.Idle;
}
