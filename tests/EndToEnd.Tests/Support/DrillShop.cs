using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests.Support;

/// <summary>The shop that the drills of <c>docs/restore.md</c> tell of, on the test's broker and in a backup.</summary>
public sealed class DrillShop : IAsyncLifetime
{
    private static readonly DateTimeOffset Deploy = new(2026, 11, 29, 14, 3, 0, TimeSpan.Zero);

    private readonly string _prefix = $"drill-{Guid.NewGuid().ToString("N")[..10]}";

    internal TestBroker Broker { get; } = TestBroker.Default;

    internal TestBackup Backup { get; private set; } = null!;

    /// <summary>What was written before the bad deploy.</summary>
    internal ProducedRecords Good { get; } = new();

    /// <summary>What was written in all.</summary>
    internal ProducedRecords All { get; } = new();

    /// <summary>The name here of a topic or a group in the document.</summary>
    internal string Name(string documented) => $"{_prefix}-{documented}";

    /// <summary>The partitions of one of the topics.</summary>
    internal IEnumerable<PartitionId> PartitionsOf(string documented) => All.ByPartition.Keys.Where(partition => partition.Topic == Name(documented));

    public async Task InitializeAsync()
    {
        Backup = new TestBackup(Broker.Address, "production", [Name("*")]);
        Backup.Config = Backup.Config with { Backup = ["consumer_group_snapshot: true"] };
        await FillAsync("orders", partitions: 3, good: 400, bad: 10);
        await FillAsync("payments", partitions: 2, good: 300, bad: 0);
        await Broker.CommitAsync(Name("mailer"), [.. PartitionsOf("orders").Select(partition => (partition, 350L))]);
        await Broker.CommitAsync(Name("billing"), [.. PartitionsOf("payments").Select(partition => (partition, 290L))]);
        await Backup.SucceedAsync();
    }

    public Task DisposeAsync()
    {
        Backup.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>The last good record lies in the last millisecond before the deploy, and the first bad one in its first.</summary>
    private async Task FillAsync(string topic, int partitions, int good, int bad)
    {
        await Broker.CreateTopicAsync(Name(topic), partitions);
        foreach (var number in Enumerable.Range(0, partitions))
        {
            var partition = new PartitionId(Name(topic), number);
            All.Add(await Broker.ProduceAsync(partition, SampleRecords.Plain(good + bad, seed: number)
                .Select((record, i) => record with { Timestamp = Deploy.ToUnixTimeMilliseconds() + ((i - good) * 1_000L) + (i < good ? 999 : 0) })));
            Good.Add(partition, All.ByPartition[partition][..good]);
        }
    }
}
