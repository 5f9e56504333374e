namespace KafkaBackup.Benchmarks;

/// <summary>10,000 partitions with next to nothing in them: what a backup takes for each partition, and what a run takes that finds nothing new.</summary>
internal static class ManyPartitions
{
    private const int Topics = 100;
    private const int PartitionsEach = 100;
    private const int RecordsEach = 20;
    private const int RecordBytes = 100;

    /// <summary>Measures and prints a table.</summary>
    public static async Task RunAsync(Options options)
    {
        await using var broker = SourceBroker.Start();
        var prefix = $"many-{Guid.NewGuid():N}-";
        var values = Values.Pool(RecordBytes, isRandom: false);
        for (var i = 0; i < Topics; i++)
        {
            await broker.FillAsync($"{prefix}{i:D3}", PartitionsEach, _ => RecordsEach, values);
        }

        Console.WriteLine();
        Console.WriteLine($"## {Topics * PartitionsEach:N0} partitions in {Topics} topics, {RecordsEach} records of {RecordBytes} B each, one after another in the table; broker: {broker.Name}");
        Console.WriteLine();
        Console.WriteLine("| run | wall s | CPU s | peak RSS MB | files new | files changed | files in all | load |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|");
        for (var round = 0; round < options.Rounds; round++)
        {
            using var backup = new BackupFolder(broker.Address, prefix + "*");
            var before = new Dictionary<string, DateTime>(StringComparer.Ordinal);
            foreach (var what in new[] { "first", "nothing new" })
            {
                await Machine.SettleAsync(options.Patience);
                var load = Machine.Load;
                var run = await backup.BackUpAsync();
                var after = backup.Files();
                Console.WriteLine($"| {what} | {run.Wall.TotalSeconds:N2} | {run.Processor.TotalSeconds:N2} | {run.PeakBytes / 1e6:N0} | "
                    + $"{after.Keys.Count(path => !before.ContainsKey(path)):N0} | "
                    + $"{after.Count(file => before.TryGetValue(file.Key, out var time) && time != file.Value):N0} | {after.Count:N0} | {load:N1} |");
                before = after;
            }
        }

        for (var i = 0; i < Topics; i++)
        {
            await broker.Clients.DeleteTopicAsync($"{prefix}{i:D3}");
        }
    }
}
