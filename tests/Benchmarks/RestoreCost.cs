namespace KafkaBackup.Benchmarks;

/// <summary>What a restore takes, beside what it cannot do without: producing the same records with the same client.</summary>
internal static class RestoreCost
{
    /// <summary>Measures and prints a table.</summary>
    public static async Task RunAsync(Options options)
    {
        await using var broker = SourceBroker.Start();
        Console.WriteLine();
        Console.WriteLine($"## Restore of {options.Megabytes:N0} MB of values from zstd 3, min / median of {options.Rounds}; broker: {broker.Name}");
        Console.WriteLine();
        Console.WriteLine("| records, partitions | what | wall s | MB/s | records/s | CPU s per GB | peak RSS MB | CPU, producing = 1 | wall, producing = 1 | load |");
        Console.WriteLine("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var size in new[] { 100, 1024, 10_240 }.Where(size => options.Size is 0 || options.Size == size))
        {
            foreach (var partitions in new[] { 1, 4 }.Where(partitions => options.Partitions is 0 || options.Partitions == partitions))
            {
                await MeasureAsync(broker, options, size, partitions);
            }
        }
    }

    private static async Task MeasureAsync(SourceBroker broker, Options options, int size, int partitions)
    {
        var topic = $"bench-{Guid.NewGuid():N}";
        var each = options.Megabytes * 1_000_000L / size / partitions;
        await broker.FillAsync(topic, partitions, _ => each, Values.Pool(size, isRandom: false));
        using var backup = new BackupFolder(new BackupSetup(broker.Address, topic));
        await backup.BackUpAsync();
        await broker.Clients.DeleteTopicAsync(topic);
        var (restores, produced, loads) = (new List<Measured>(), new List<Measured>(), new List<double>());
        for (var round = 0; round < options.Rounds; round++)
        {
            await Machine.SettleAsync(options.Patience);
            loads.Add(Machine.Load);
            var target = $"{topic}-{round}";
            restores.Add(await backup.RestoreAsync(target));
            await broker.Clients.DeleteTopicAsync(target);
            await broker.Clients.CreateTopicAsync(target, partitions);
            produced.Add(await backup.ProduceAsync(target, partitions, each, size));
            await broker.Clients.DeleteTopicAsync(target);
        }

        var (bytes, what) = ((double)each * partitions * size, $"{size:N0} B, {partitions}");
        var (wall, cpu) = (Spread.Walls(restores), Spread.Cpus(restores));
        var (limit, limitCpu) = (Spread.Walls(produced), Spread.Cpus(produced));
        Print($"{what} | restore", wall, cpu, bytes, each * partitions, Spread.Peaks(restores), $"{cpu.Min / limitCpu.Min:N2} | {wall.Min / limit.Min:N2} | {loads.Min():N1} to {loads.Max():N1}");
        Print($"{what} | producing alone", limit, limitCpu, bytes, each * partitions, Spread.Peaks(produced), "| |");
    }

    private static void Print(string what, Spread wall, Spread cpu, double bytes, long records, Spread peak, string rest) => Console.WriteLine(
        $"| {what} | {wall.Show("N2")} | {bytes / wall.Median / 1e6:N0} | {records / wall.Median:N0} | {cpu.Min / bytes * 1e9:N2} / {cpu.Median / bytes * 1e9:N2} | {peak.Show("N0")} | {rest} |");
}
