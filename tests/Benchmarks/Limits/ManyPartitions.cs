namespace KafkaBackup.Benchmarks.Limits;

/// <summary>Partitions with next to nothing in them: what a backup takes for each partition, and what a run takes that finds nothing new.</summary>
internal static class ManyPartitions
{
    private const int Topics = 100;
    private const int QuickTopics = 2;
    private const int PartitionsEach = 100;
    private const int RecordsEach = 20;

    /// <summary>What is measured.</summary>
    public static string Describe(Options options) =>
        $"{TopicsOf(options) * PartitionsEach:N0} partitions with {RecordsEach} records of {Workload.Many.RecordBytes} B each";

    /// <summary>Makes the topics, measures, deletes them.</summary>
    public static async Task MeasureAsync(SourceBroker broker, Options options, Measurements found)
    {
        var prefix = $"many-{Guid.NewGuid():N}-";
        var topics = Enumerable.Range(0, TopicsOf(options)).Select(number => $"{prefix}{number:D3}").ToList();
        var values = Values.Pool(Workload.Many.RecordBytes, isRandom: false);
        foreach (var topic in topics)
        {
            await broker.FillAsync(topic, PartitionsEach, _ => RecordsEach, values);
        }

        for (var round = 0; round < options.Rounds; round++)
        {
            using var backup = new BackupFolder(new BackupSetup(broker.Address, prefix + "*") { Client = options.Client }, options.Program);
            await Machine.SettleAsync(options.Patience);
            found.Add(Workload.Many, RunKind.FirstOfMany, await backup.BackUpAsync());
            await Machine.SettleAsync(options.Patience);
            found.Add(Workload.Many, RunKind.NothingNew, await backup.BackUpAsync());
        }

        foreach (var topic in topics)
        {
            await broker.Clients.DeleteTopicAsync(topic);
        }
    }

    private static int TopicsOf(Options options) => options.IsQuick ? QuickTopics : Topics;
}
