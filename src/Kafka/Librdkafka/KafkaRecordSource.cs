using System.Collections.Concurrent;
using Confluent.Kafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Reads a real cluster through pooled librdkafka consumers: one partition a consumer at a time, consumers used again.</summary>
/// <remarks>A consumer costs threads and connections, so it is kept, but not for longer than it may be wanted again soon: a node has those of many
/// backups. A permit bounds how many are in use, and so how many of each <see cref="AnswerSize"/> exist.</remarks>
public sealed class KafkaRecordSource : IRecordSource
{
    /// <summary>How long a consumer is kept that nobody uses: longer than most pauses between two refreshes of a continuous run.</summary>
    internal static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(1);

    /// <summary>How long the end of clients is waited for; librdkafka sets itself no limit for that. What has not ended then is left to the
    /// process's end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<AnswerSize, ConcurrentBag<(PooledConsumer Consumer, long Since)>> _idle = new();
    private readonly ConcurrentBag<Task> _retired = [];
    private readonly KafkaClients _clients;
    private readonly TimeProvider _clock;
    private readonly ITimer _trimming;
    private volatile bool _isDisposed;

    /// <summary>A source that has no consumer yet.</summary>
    /// <param name="clients">Makes consumers.</param>
    /// <param name="clock">Says when one has been idle for long. Default: the system's.</param>
    public KafkaRecordSource(KafkaClients clients, TimeProvider? clock = null)
    {
        (_clients, _clock) = (clients, clock ?? TimeProvider.System);
        _trimming = _clock.CreateTimer(_ => RetireIdle(IdleLimit), null, IdleLimit, IdleLimit);
    }

    internal SourceStall Stall { get; } = new(TimeProvider.System);

    /// <summary>How many consumers nobody uses.</summary>
    internal int IdleCount => _idle.Values.Sum(idle => idle.Count);

    /// <inheritdoc />
    public IRecordStream Open(PartitionId partition, OffsetRange range, int? leaderEpoch = null) =>
        new KafkaRecordStream(this, _clients, partition, range, leaderEpoch);

    /// <inheritdoc />
    public void Dispose()
    {
        _isDisposed = true;
        _trimming.Dispose();
        RetireIdle(TimeSpan.Zero);
        Task.WaitAll([.. _retired], Patience);
    }

    internal PooledConsumer Rent(AnswerSize size, bool isPatient)
    {
        while (!isPatient && Idle(size).TryTake(out var idle))
        {
            if (!idle.Consumer.IsExpired)
            {
                return idle.Consumer;
            }

            Retire(idle.Consumer, Task.CompletedTask);
        }

        return new PooledConsumer(_clients, size, isPatient);
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
            Idle(consumer.Size).Add((consumer, _clock.GetTimestamp()));
        }
    }

    /// <summary>Ends consumers that have been idle for as long as that.</summary>
    private void RetireIdle(TimeSpan atLeast)
    {
        foreach (var idle in _idle.Values)
        {
            var kept = new List<(PooledConsumer Consumer, long Since)>();
            while (idle.TryTake(out var item))
            {
                if (_clock.GetElapsedTime(item.Since) >= atLeast)
                {
                    Retire(item.Consumer, Task.CompletedTask);
                }
                else
                {
                    kept.Add(item);
                }
            }

            kept.ForEach(idle.Add);
        }

        if (_isDisposed && atLeast > TimeSpan.Zero)
        {
            RetireIdle(TimeSpan.Zero); // What was in hand here, nobody else has seen.
        }
    }

    private ConcurrentBag<(PooledConsumer Consumer, long Since)> Idle(AnswerSize size) => _idle.GetOrAdd(size, _ => []);

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
