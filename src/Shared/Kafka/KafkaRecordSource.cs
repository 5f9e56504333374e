using System.Collections.Concurrent;
using Confluent.Kafka;

namespace KafkaBackup.Shared.Kafka;

/// <summary>Reads a real cluster through pooled librdkafka consumers: one partition a consumer at a time, consumers used again.</summary>
/// <remarks>A consumer costs threads and connections, so it is kept; a permit bounds how many are in use, and so how many exist.</remarks>
public sealed class KafkaRecordSource(KafkaClients clients) : IRecordSource
{
    private readonly ConcurrentBag<PooledConsumer> _idle = [];

    internal SourceSilence Silence { get; } = new(TimeProvider.System);

    /// <inheritdoc />
    public IRecordStream Open(PartitionId partition, OffsetRange range) => new KafkaRecordStream(this, clients, partition, range);

    /// <inheritdoc />
    public void Dispose()
    {
        while (_idle.TryTake(out var consumer))
        {
            consumer.Dispose();
        }
    }

    internal PooledConsumer Rent() => _idle.TryTake(out var consumer) ? consumer : new PooledConsumer(clients);

    internal void Return(PooledConsumer consumer)
    {
        if (consumer.IsWorn)
        {
            consumer.Dispose();
            return;
        }

        try
        {
            consumer.Unassign();
            _idle.Add(consumer);
        }
        catch (KafkaException)
        {
            // A consumer that cannot even let go is not worth keeping.
            consumer.Dispose();
        }
    }
}
