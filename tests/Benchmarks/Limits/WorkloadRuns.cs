namespace KafkaBackup.Benchmarks.Limits;

/// <summary>Runs all that is to be run over one workload, one after another in each round, so that all of them meet the same machine.</summary>
/// <param name="broker">Where the records are.</param>
/// <param name="options">How much, and how often.</param>
/// <param name="workload">The records.</param>
/// <param name="kinds">What is to be run.</param>
/// <param name="measurements">Keeps what was measured.</param>
internal sealed class WorkloadRuns(SourceBroker broker, Options options, Workload workload, IReadOnlySet<RunKind> kinds, Measurements measurements)
{
    /// <summary>A budget and segments that small containers are given.</summary>
    private static readonly IReadOnlyList<string> Tight = [$"max_memory_bytes: {128 << 20}", $"segment_max_bytes: {32 << 20}"];

    private readonly string _topic = $"bench-{Guid.NewGuid():N}";
    private readonly long _records = workload.Each(options) * workload.Partitions;

    private long Bytes => _records * workload.RecordBytes;

    private BackupSetup Setup => new(broker.Address, _topic) { Client = options.Client };

    /// <summary>Makes the topic, measures, deletes it. A broker that lives on is not to keep it when a run fails.</summary>
    public async Task MeasureAsync()
    {
        await broker.FillAsync(_topic, workload.Partitions, _ => workload.Each(options), Values.Pool(workload.RecordBytes, isRandom: false));
        try
        {
            for (var round = 0; round < options.Rounds; round++)
            {
                await Machine.SettleAsync(options.Patience);
                await MeasureAsync(round);
            }
        }
        finally
        {
            await broker.Clients.DeleteTopicAsync(_topic);
        }
    }

    private async Task MeasureAsync(int round)
    {
        await BackUpAsync(round);
        await BackUpAsync(RunKind.TightBackup, Setup with { More = Tight });
        await BackUpAsync(RunKind.PlainBackup, Setup with { Codec = "none" });
        await ReadAsync();
        await BackUpAsync(RunKind.TightPlainBackup, Setup with { Codec = "none", More = Tight });
    }

    /// <summary>A backup, those that are compared with it, and what follows from it.</summary>
    private async Task BackUpAsync(int round)
    {
        if (!kinds.Overlaps([RunKind.Backup, RunKind.Compress, RunKind.Restore]))
        {
            return;
        }

        using var backup = new BackupFolder(Setup, options.Program);
        Add(RunKind.Backup, await backup.BackUpAsync());

        // Others are not told of settings that they may not know.
        await BackUpAsync(RunKind.Before, Setup with { Client = null }, options.Before);
        await BackUpAsync(RunKind.Peer, Setup with { Client = null }, options.Peer);
        if (kinds.Contains(RunKind.Compress))
        {
            Add(RunKind.Compress, (await backup.CompressAsync(Bytes)).Run);
        }

        await BackUpToBucketAsync();
        if (kinds.Contains(RunKind.Restore))
        {
            await RestoreAsync(backup, $"{_topic}-{round}");
        }
    }

    private async Task BackUpAsync(RunKind kind, BackupSetup setup, MeasuredProgram? program = null)
    {
        if (kinds.Contains(kind))
        {
            using var backup = new BackupFolder(setup, program ?? options.Program);
            Add(kind, await backup.BackUpAsync());
        }
    }

    private async Task BackUpToBucketAsync()
    {
        var bucket = new BucketFolder();
        await BackUpAsync(RunKind.BucketBackup, Setup with { Bucket = bucket });
        if (kinds.Contains(RunKind.BucketBackup))
        {
            await bucket.ClearAsync();
        }
    }

    private async Task ReadAsync()
    {
        if (kinds.Contains(RunKind.Read))
        {
            using var reading = new BackupFolder(Setup with { Client = "native" });
            Add(RunKind.Read, await reading.ReadAsync(_records));
        }
    }

    private async Task RestoreAsync(BackupFolder backup, string restored)
    {
        var sent = $"{restored}-sent";
        Add(RunKind.Restore, await backup.RestoreAsync(restored));
        await broker.Clients.CreateTopicAsync(sent, workload.Partitions);
        var found = await backup.SendAsync(restored, sent, workload.Partitions, _records);
        Add(RunKind.Send, found.Sent);
        Add(RunKind.PackAndSend, found.PackedAndSent);
        await broker.Clients.DeleteTopicAsync(restored);
        await broker.Clients.DeleteTopicAsync(sent);
    }

    private void Add(RunKind kind, Measured run) => measurements.Add(workload, kind, run with { Bytes = Bytes });
}
