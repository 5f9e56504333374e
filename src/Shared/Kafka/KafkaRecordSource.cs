using System.Collections.Concurrent;
using Confluent.Kafka;

namespace KafkaBackup.Shared.Kafka;

/// <summary>Reads a real cluster through pooled librdkafka consumers: one partition a consumer at a time, consumers used again.</summary>
/// <remarks>A consumer costs threads and connections, so it is kept; a permit bounds how many are in use, and so how many exist.</remarks>
public sealed class KafkaRecordSource(KafkaClients clients) : IRecordSource
{
    private readonly ConcurrentBag<IConsumer<byte[]?, byte[]?>> _idle = [];

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

    internal IConsumer<byte[]?, byte[]?> Rent() => _idle.TryTake(out var consumer) ? consumer : clients.CreateConsumer();

    internal void Return(IConsumer<byte[]?, byte[]?> consumer)
    {
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
