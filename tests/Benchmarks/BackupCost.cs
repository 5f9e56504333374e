namespace KafkaBackup.Benchmarks;

/// <summary>What a backup takes, beside what it cannot do without: reading the records, and compressing them.</summary>
internal static class BackupCost
{
    /// <summary>Measures and prints a table.</summary>
    public static async Task RunAsync(Options options)
    {
        await using var broker = SourceBroker.Start();
        Console.WriteLine();
        Console.WriteLine($"## Backup of {options.Megabytes:N0} MB of values with zstd 3, min / median of {options.Rounds}; broker: {broker.Name}");
        Console.WriteLine();
        Console.WriteLine("| records, partitions | what | wall s | body MB/s | records/s | CPU s per GB of body | peak RSS MB | CPU, limits = 1 | wall, limit = 1 | load |");
        Console.WriteLine("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var size in new[] { 100, 1024, 10_240 }.Where(size => options.Size is 0 || options.Size == size))
        {
            var values = Values.Pool(size, isRandom: false);
            foreach (var partitions in new[] { 1, 4 }.Where(partitions => options.Partitions is 0 || options.Partitions == partitions))
            {
                await MeasureAsync(broker, options, values, partitions);
            }
        }
    }

    private static async Task MeasureAsync(SourceBroker broker, Options options, byte[][] values, int partitions)
    {
        var (size, topic) = (values[0].Length, $"bench-{Guid.NewGuid():N}");
        var each = options.Megabytes * 1_000_000L / size / partitions;
        await broker.FillAsync(topic, partitions, _ => each, values);
        var (backups, reads, compressions) = (new List<Measured>(), new List<Measured>(), new List<Compression>());
        var loads = new List<double>();
        for (var round = 0; round < options.Rounds; round++)
        {
            await Machine.SettleAsync(options.Patience);
            using var backup = new BackupFolder(new BackupSetup(broker.Address, topic));
            loads.Add(Machine.Load);
            backups.Add(await backup.BackUpAsync());
            reads.Add(await backup.ReadAsync(each * partitions));
            compressions.Add(await backup.CompressAsync(each * partitions * size));
        }

        await broker.Clients.DeleteTopicAsync(topic);
        var (bytes, records) = ((double)compressions[0].BytesBefore, each * partitions);
        var what = $"{size:N0} B, {partitions}";
        var (wall, read, zstd) = (Spread.Walls(backups), Spread.Walls(reads), Spread.Walls(compressions.Select(found => found.Run)));
        var (cpu, readCpu, zstdCpu) = (Spread.Cpus(backups), Spread.Cpus(reads), Spread.Cpus(compressions.Select(found => found.Run)));
        var limit = Math.Max(read.Min, zstd.Min / Math.Min(partitions, Environment.ProcessorCount));
        Print($"{what} | backup", wall, cpu, bytes, records, Spread.Peaks(backups).Show("N0"),
            $"{cpu.Min / (readCpu.Min + zstdCpu.Min):N2} | {wall.Min / limit:N2} | {loads.Min():N1} to {loads.Max():N1}");
        Print($"{what} | reading alone", read, readCpu, bytes, records, Spread.Peaks(reads).Show("N0"), "| |");
        Print($"{what} | zstd alone, {bytes / compressions[0].BytesAfter:N2} : 1", zstd, zstdCpu, bytes, records, "", "| |");
    }

    private static void Print(string what, Spread wall, Spread cpu, double bytes, long records, string peak, string rest) => Console.WriteLine(
        $"| {what} | {wall.Show("N2")} | {bytes / wall.Median / 1e6:N0} | {records / wall.Median:N0} | "
        + $"{cpu.Min / bytes * 1e9:N2} / {cpu.Median / bytes * 1e9:N2} | {peak} | {rest} |");
}
