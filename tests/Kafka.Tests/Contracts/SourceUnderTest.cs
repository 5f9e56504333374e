using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Tests.Contracts;

/// <summary>A cluster that a contract can fill, with the ports through which it is read.</summary>
public abstract class SourceUnderTest : IAsyncDisposable
{
    public abstract IRecordSource Source { get; }

    public abstract ITopicCatalog Catalog { get; }

    public abstract Task CreateTopicAsync(string topic, int partitions, params (string Name, string Value)[] settings);

    public abstract Task AppendAsync(PartitionId partition, int count);

    public abstract Task DeleteBeforeAsync(PartitionId partition, long offset);

    /// <summary>Writes records in a transaction that stays open.</summary>
    public abstract Task AppendOpenAsync(PartitionId partition, int count);

    public abstract ValueTask DisposeAsync();
}
