using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests.Support;

/// <summary>Base of tests on a broker: topics with names of their own, backups that are cleaned up.</summary>
public abstract class BrokerTest : IDisposable
{
    private readonly List<TestBackup> _backups = [];
    private readonly string _prefix = $"e2e-{Guid.NewGuid().ToString("N")[..10]}";

    internal TestBroker Broker { get; } = TestBroker.Default;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>A topic name that nobody else uses.</summary>
    protected string Name(string name) => $"{_prefix}-{name}";

    /// <summary>Makes a topic.</summary>
    protected async Task<string> NewTopicAsync(string name = "orders", int partitions = 1, params (string Key, string Value)[] settings)
    {
        var topic = Name(name);
        await Broker.CreateTopicAsync(topic, partitions, settings);
        return topic;
    }

    /// <summary>The first partitions of a topic.</summary>
    protected static PartitionId[] PartitionsOf(string topic, int count) => [.. Enumerable.Range(0, count).Select(number => new PartitionId(topic, number))];

    /// <summary>Writes so many records to each partition.</summary>
    internal async Task<ProducedRecords> ProduceAsync(IEnumerable<PartitionId> partitions, int count, int seed)
    {
        var produced = new ProducedRecords();
        foreach (var partition in partitions)
        {
            produced.Add(await Broker.ProduceAsync(partition, SampleRecords.Plain(count, seed)));
        }

        return produced;
    }

    /// <summary>Asserts that the partitions of a topic hold these records, one behind the other, from an offset on and no others.</summary>
    internal async Task AssertRestoredAsync(string target, ProducedRecords expected, long begin = 0)
    {
        foreach (var (partition, records) in expected.ByPartition)
        {
            var there = await Broker.ReadAsync(new PartitionId(target, partition.Number));
            Assert.Equal(records.Select((record, number) => (record with { Offset = begin + number }).ToString()), there.Select(record => record.ToString()));
        }
    }

    internal TestBackup NewBackup(params IReadOnlyList<string> include) => NewBackupCalled("nightly", include);

    internal TestBackup NewBackupCalled(string id, IReadOnlyList<string> include)
    {
        var backup = new TestBackup(Broker.Address, id, include);
        _backups.Add(backup);
        return backup;
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _backups.ForEach(backup => backup.Dispose());
        }
    }
}
