using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing.Kafka;

namespace KafkaBackup.Kafka.Tests.Contracts;

/// <summary>The cluster in memory that other tests stand on.</summary>
internal sealed class FakeSourceUnderTest : SourceUnderTest
{
    private readonly FakeCluster _cluster = new();

    public override IRecordSource Source => _cluster.Source;

    public override ITopicCatalog Catalog => _cluster.Catalog;

    public override Task CreateTopicAsync(string topic, int partitions, params (string Name, string Value)[] settings)
    {
        _cluster.WithTopic(topic, partitions);
        _cluster.ReplicationFactor = 1;
        _cluster.Configurations[topic] = settings.ToDictionary(setting => setting.Name, setting => setting.Value);
        return Task.CompletedTask;
    }

    public override Task AppendAsync(PartitionId partition, int count)
    {
        _cluster.Log(partition).Append(count);
        return Task.CompletedTask;
    }

    public override Task DeleteBeforeAsync(PartitionId partition, long offset)
    {
        _cluster.Log(partition).DeleteBefore(offset);
        return Task.CompletedTask;
    }

    public override Task AppendOpenAsync(PartitionId partition, int count)
    {
        var log = _cluster.Log(partition);
        log.OpenTransactionAt = log.Bounds.HighWatermark;
        log.Append(count);
        return Task.CompletedTask;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
