using System.Collections.Concurrent;
using Confluent.Kafka;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Reads a real cluster through pooled librdkafka consumers: one partition a consumer at a time, consumers used again.</summary>
/// <remarks>A consumer costs threads and connections, so it is kept; a permit bounds how many are in use, and so how many exist.</remarks>
public sealed class KafkaRecordSource(KafkaClients clients) : IRecordSource
{
    /// <summary>How long the end of clients is waited for that were given up before.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentBag<PooledConsumer> _idle = [];
    private readonly ConcurrentBag<Task> _retired = [];

    internal SourceStall Stall { get; } = new(TimeProvider.System);

    /// <inheritdoc />
    public IRecordStream Open(PartitionId partition, OffsetRange range, int? leaderEpoch = null) => new KafkaRecordStream(this, clients, partition, range);

    /// <inheritdoc />
    public void Dispose()
    {
        while (_idle.TryTake(out var consumer))
        {
            consumer.Dispose();
        }

        Task.WaitAll([.. _retired], Patience);
    }

    internal PooledConsumer Rent() => _idle.TryTake(out var consumer) ? consumer : new PooledConsumer(clients);

    internal void Return(PooledConsumer consumer)
    {
        try
        {
            consumer.Unassign();
        }
        catch (KafkaException)
        {
            Retire(consumer); // A consumer that cannot even let go is not worth keeping.
            return;
        }

        if (consumer.IsExpired)
        {
            Retire(consumer);
        }
        else
        {
            _idle.Add(consumer);
        }
    }

    /// <summary>Ends a client beside the work: librdkafka takes its time for that, without a limit.</summary>
    private void Retire(PooledConsumer consumer)
    {
        _retired.Add(Task.Run(() =>
        {
            try
            {
                consumer.Dispose();
            }
            catch (KafkaException)
            {
                // It is gone as far as it goes.
            }
        }));
    }
}
