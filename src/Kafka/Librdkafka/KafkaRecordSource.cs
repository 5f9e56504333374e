using System.Collections.Concurrent;
using Confluent.Kafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Reads a real cluster through pooled librdkafka consumers: one partition a consumer at a time, consumers used again.</summary>
/// <remarks>A consumer costs threads and connections, so it is kept; a permit bounds how many are in use, and so how many of each
/// <see cref="AnswerSize"/> exist.</remarks>
public sealed class KafkaRecordSource(KafkaClients clients) : IRecordSource
{
    /// <summary>How long the end of clients is waited for; librdkafka sets itself no limit for that. What has not ended then is left to the
    /// process's end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<AnswerSize, ConcurrentBag<PooledConsumer>> _idle = new();
    private readonly ConcurrentBag<Task> _retired = [];
    private volatile bool _isDisposed;

    internal SourceStall Stall { get; } = new(TimeProvider.System);

    /// <inheritdoc />
    public IRecordStream Open(PartitionId partition, OffsetRange range, int? leaderEpoch = null) =>
        new KafkaRecordStream(this, clients, partition, range, leaderEpoch);

    /// <inheritdoc />
    public void Dispose()
    {
        _isDisposed = true;
        foreach (var idle in _idle.Values)
        {
            while (idle.TryTake(out var consumer))
            {
                Retire(consumer, Task.CompletedTask);
            }
        }

        Task.WaitAll([.. _retired], Patience);
    }

    internal PooledConsumer Rent(AnswerSize size, bool isPatient)
    {
        while (!isPatient && Idle(size).TryTake(out var consumer))
        {
            if (!consumer.IsExpired)
            {
                return consumer;
            }

            Retire(consumer, Task.CompletedTask);
        }

        return new PooledConsumer(clients, size, isPatient);
    }

    /// <summary>Takes a consumer back.</summary>
    /// <param name="consumer">The consumer.</param>
    /// <param name="open">A call of it that may be under way: until it has come back, the client must not be destroyed.</param>
    internal void Return(PooledConsumer consumer, Task open)
    {
        try
        {
            consumer.Unassign();
        }
        catch (KafkaException)
        {
            Retire(consumer, open); // A consumer that cannot even let go is not worth keeping.
            return;
        }

        if (consumer.IsExpired || !open.IsCompleted || _isDisposed)
        {
            Retire(consumer, open);
        }
        else
        {
            Idle(consumer.Size).Add(consumer);
        }
    }

    private ConcurrentBag<PooledConsumer> Idle(AnswerSize size) => _idle.GetOrAdd(size, _ => []);

    /// <summary>Ends a client beside the work.</summary>
    private void Retire(PooledConsumer consumer, Task open) => _retired.Add(open.ContinueWith(
        _ => End(consumer), CancellationToken.None, TaskContinuationOptions.LongRunning, TaskScheduler.Default));

    private static void End(PooledConsumer consumer)
    {
        try
        {
            consumer.Dispose();
        }
        catch (KafkaException)
        {
            // It is gone as far as it goes.
        }
    }
}
