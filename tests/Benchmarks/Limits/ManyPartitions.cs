using KafkaBackup.EmbeddedKafka;

namespace KafkaBackup.Benchmarks.Limits;

/// <summary>Partitions with next to nothing in them: what a backup takes for each partition, and what runs take that find little or nothing new.</summary>
/// <param name="workload">What the figures are kept as.</param>
/// <param name="topics">How many topics there are, of 100 partitions each.</param>
/// <param name="recordsEach">How many records a partition has.</param>
internal sealed class ManyPartitions(Workload workload, int topics, int recordsEach)
{
    private const int QuickTopics = 2;
    private const int PartitionsEach = 100;
    private const int NewsEach = 20;
    private const int TopicsAtOnce = 16;

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(60);

    private readonly string _prefix = $"many-{Guid.NewGuid():N}-";
    private readonly byte[][] _values = Values.Pool(workload.RecordBytes, isRandom: false);

    /// <summary>Ten thousand partitions.</summary>
    public static ManyPartitions TenThousand(Options options) => new(Workload.Many, options.IsQuick ? QuickTopics : 100, 20);

    /// <summary>A hundred thousand.</summary>
    public static ManyPartitions HundredThousand(Options options) => new(Workload.Most, options.IsQuick ? QuickTopics : 1000, 1);

    /// <summary>What is measured.</summary>
    public override string ToString() => $"{topics * PartitionsEach:N0} partitions with {recordsEach} records of {workload.RecordBytes} B each";

    /// <summary>Makes the topics, measures a first run and one that finds nothing new, deletes the topics.</summary>
    public async Task MeasureAsync(SourceBroker broker, Options options, Measurements found)
    {
        await FillAsync(broker);
        for (var round = 0; round < options.Rounds; round++)
        {
            using var backup = Folder(broker, options);
            await RunAsync(backup, RunKind.FirstOfMany, options, found);
            await RunAsync(backup, RunKind.NothingNew, options, found);
        }

        foreach (var topic in Names)
        {
            await broker.Clients.DeleteTopicAsync(topic);
        }
    }

    /// <summary>
    /// Measures on an embedded broker of its own, as no real one on this machine leads so many: a first run, then in each round one after news in a
    /// hundredth of the partitions, and at the end how busy one is that goes on while there is nothing to do.
    /// </summary>
    public async Task MeasureNewsAsync(Options options, Measurements found)
    {
        var room = new EmbeddedBrokerOptions { MemoryLimit = SourceBroker.MemoryLimit, MaxPartitions = topics * PartitionsEach };
        await using var broker = SourceBroker.Of(EmbeddedBroker.Start(room));
        await FillAsync(broker);
        using var backup = Folder(broker, options);
        await RunAsync(backup, RunKind.FirstOfMany, options, found);
        for (var round = 0; round < options.Rounds; round++)
        {
            await AtOnceAsync(topic => broker.ProduceAsync(topic, PartitionsEach, partition => partition == 0 ? NewsEach : 0, _values));
            await RunAsync(backup, RunKind.LittleNew, options, found);
        }

        await Machine.SettleAsync(options.Patience);
        var (settling, idle) = options.IsQuick ? (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1)) : (Settling, IdleTime);
        found.Add(workload, RunKind.Idle, await backup.GoOnAsync(settling, idle));
    }

    private IEnumerable<string> Names => Enumerable.Range(0, topics).Select(number => $"{_prefix}{number:D4}");

    private Task FillAsync(SourceBroker broker) =>
        AtOnceAsync(topic => broker.FillAsync(topic, PartitionsEach, _ => recordsEach, _values));

    /// <summary>Does something with several topics at a time: a client that is new to a topic waits up to a second until it knows the leaders.</summary>
    private Task AtOnceAsync(Func<string, Task> toDo) =>
        Parallel.ForEachAsync(Names, new ParallelOptions { MaxDegreeOfParallelism = TopicsAtOnce }, async (topic, _) => await toDo(topic));

    private BackupFolder Folder(SourceBroker broker, Options options) =>
        new(new BackupSetup(broker.Address, _prefix + "*") { Client = options.Client }, options.Program);

    private async Task RunAsync(BackupFolder backup, RunKind kind, Options options, Measurements found)
    {
        await Machine.SettleAsync(options.Patience);
        found.Add(workload, kind, await backup.BackUpAsync());
    }
}
