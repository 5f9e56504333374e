namespace KafkaBackup.Benchmarks;

/// <summary>How much memory a backup of many partitions takes under a budget, on data that compresses and on such that does not.</summary>
internal static class MemoryPeaks
{
    /// <summary>The most a run may take whose budget is the default of this measurement, 256 MiB.</summary>
    private const double AimMegabytes = 600;

    private const int Partitions = 64;

    /// <summary>So many partitions hold more than one segment each, so that every permit comes to fill whole ones.</summary>
    private const int LargePartitions = 8;

    private const int RecordBytes = 1024;
    private const long LargeRecords = 160_000_000 / RecordBytes;
    private const long SmallRecords = 20_000_000 / RecordBytes;

    /// <summary>Measures and prints a table.</summary>
    /// <returns>Whether all runs stayed below the aim.</returns>
    public static async Task<bool> RunAsync(Options options)
    {
        await using var broker = SourceBroker.Start();
        Console.WriteLine();
        Console.WriteLine($"## Memory: {Partitions} partitions, {LargePartitions} of 160 MB and the others of 20 MB, segments of 128 MiB, "
            + $"budget {(options.Budget == 0 ? "by default" : $"{options.Budget:N0} bytes")}, min / median of {options.Rounds}; broker: {broker.Name}");
        Console.WriteLine();
        Console.WriteLine("| records of 1 KB | codec | peak RSS MB, most | wall s | CPU s | load |");
        Console.WriteLine("|---|---|---:|---:|---:|---:|");
        var most = 0.0;
        foreach (var (kind, isRandom) in new[] { ("random bytes", true), ("text", false) })
        {
            var topic = $"bench-{Guid.NewGuid():N}";
            await broker.FillAsync(topic, Partitions, partition => partition < LargePartitions ? LargeRecords : SmallRecords, Values.Pool(RecordBytes, isRandom));
            foreach (var codec in new[] { "zstd", "lz4", "none" })
            {
                most = Math.Max(most, await MeasureAsync(broker, options, topic, kind, codec));
            }

            await broker.Clients.DeleteTopicAsync(topic);
        }

        Console.WriteLine();
        Console.WriteLine($"The most is {most:N0} MB{(options.Budget == 0 ? "" : $"; at a budget of 256 MiB it is to be less than {AimMegabytes:N0}")}.");
        return options.Budget == 0 || most < AimMegabytes;
    }

    private static async Task<double> MeasureAsync(SourceBroker broker, Options options, string topic, string kind, string codec)
    {
        var (runs, load) = (new List<Measured>(), 0.0);
        for (var round = 0; round < options.Rounds; round++)
        {
            await Machine.SettleAsync(options.Patience);
            load = Math.Max(load, Machine.Load);
            using var backup = new BackupFolder(new BackupSetup(broker.Address, topic)
            {
                Codec = codec,
                More = options.Budget == 0 ? [] : [$"max_memory_bytes: {options.Budget}"],
            });
            runs.Add(await backup.BackUpAsync());
        }

        var most = runs.Max(run => run.PeakBytes) / 1e6;
        Console.WriteLine($"| {kind} | {codec} | {most:N0} | {new Spread(runs.Select(run => run.Wall.TotalSeconds)).Show("N1")} | "
            + $"{new Spread(runs.Select(run => run.Processor.TotalSeconds)).Show("N1")} | {load:N1} |");
        return most;
    }
}
