using System.Collections.Concurrent;
using System.Threading.Channels;
using Confluent.Kafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Reads one range of one partition on a thread that blocks in librdkafka's poll, and hands over batches.</summary>
internal sealed class PartitionReader
{
    private const int MaxBatchRecords = 4_096;
    private const int MaxBatchBytes = 1 << 20;
    private static readonly TimeSpan PollPause = TimeSpan.FromMilliseconds(100);

    /// <summary>How long one call into the client may take before it is taken for lost. All that are made here set themselves limits of
    /// seconds.</summary>
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(60);

    private readonly KafkaRecordSource _pool;
    private readonly KafkaClients _clients;
    private readonly PartitionId _partition;
    private readonly OffsetRange _range;
    private readonly int? _epochBefore;
    private readonly ChannelWriter<ConfluentBatch> _batches;
    private readonly ConcurrentQueue<ConfluentBatch> _free;
    private readonly CancellationToken _stopped;
    private readonly ReadStall _stall;
    private ConfluentBatch _batch = new();
    private long _end;
    private long _callBegan;

    /// <summary>Begins nothing yet.</summary>
    /// <param name="pool">Lends the client.</param>
    /// <param name="clients">Puts failures into words.</param>
    /// <param name="work">What to read, and the leader epoch of the last record before it.</param>
    /// <param name="batches">Takes batches, and the end or the failure.</param>
    /// <param name="free">Batches to be used again.</param>
    /// <param name="stopped">Ends the reading.</param>
    public PartitionReader(
        KafkaRecordSource pool,
        KafkaClients clients,
        (PartitionId Partition, OffsetRange Range, int? EpochBefore) work,
        ChannelWriter<ConfluentBatch> batches,
        ConcurrentQueue<ConfluentBatch> free,
        CancellationToken stopped)
    {
        (_pool, _clients, _batches, _free, _stopped) = (pool, clients, batches, free, stopped);
        (_partition, _range, _epochBefore) = work;
        _end = _range.Base;
        _stall = new ReadStall(_partition, _range.Next, TimeProvider.System);
    }

    /// <summary>How far was read. To be asked when the last batch was handed over.</summary>
    public long End => Interlocked.Read(ref _end);

    /// <summary>Whether the client does not come back from a call. The thread is then lost until it does, and with it the client.</summary>
    public bool IsLost => Interlocked.Read(ref _callBegan) is var began && began != 0 && TimeProvider.System.GetElapsedTime(began) > CallLimit;

    /// <summary>Reads to the end of the range. What was read before a failure is handed over before it.</summary>
    public void Run()
    {
        PooledConsumer? consumer = null;
        LeaderProbe? probe = null;
        _pool.Stall.Enter();
        try
        {
            consumer = _pool.Rent();
            consumer.Errors.Reset();
            Begin(consumer);
            probe = new LeaderProbe(consumer.Client, new TopicPartition(_partition.Topic, new Partition(_partition.Number)));
            ReadToEnd(consumer, probe);
            HandOver();
            _batches.Complete();
        }
        catch (KafkaException e)
        {
            Fail(e.Error.Code is ErrorCode.OffsetOutOfRange or ErrorCode.Local_AutoOffsetReset ? OutOfRange(e) : FailureOf(e, consumer!));
        }
        catch (Exception e)
        {
            Fail(e);
        }
        finally
        {
            _pool.Stall.Leave();
            if (consumer is not null)
            {
                Interlocked.Exchange(ref _callBegan, TimeProvider.System.GetTimestamp());
                _pool.Return(consumer, probe?.Open ?? Task.CompletedTask);
                Interlocked.Exchange(ref _callBegan, 0);
            }
        }
    }

    private void Begin(PooledConsumer consumer)
    {
        Interlocked.Exchange(ref _callBegan, TimeProvider.System.GetTimestamp());
        if (_epochBefore is { } epoch && _range.Base > 0)
        {
            new BaseProof(consumer, _partition, _range.Base, epoch, Alive).Establish();
        }
        else
        {
            consumer.Assign(new TopicPartitionOffset(_partition.Topic, new Partition(_partition.Number), new Offset(_range.Base)));
        }

        Interlocked.Exchange(ref _callBegan, 0);
        _stall.Break();
    }

    /// <summary>Tells that the thread is not lost.</summary>
    /// <returns>Whether it is to stop.</returns>
    private bool Alive()
    {
        Interlocked.Exchange(ref _callBegan, TimeProvider.System.GetTimestamp());
        return _stopped.IsCancellationRequested;
    }

    private void ReadToEnd(PooledConsumer consumer, LeaderProbe probe)
    {
        while (_end < _range.Next)
        {
            _stopped.ThrowIfCancellationRequested();
            if (Poll(consumer) is not { } result)
            {
                HandOver();
                ThrowIfHopeless(consumer, probe);
                continue;
            }

            consumer.Errors.Reset();
            if (_batch.Count == 0)
            {
                NoteNews();
            }

            if (result.IsPartitionEOF || result.Offset.Value >= _range.Next)
            {
                if (result.IsPartitionEOF && !IsEnd(consumer, result))
                {
                    HandOver();
                    continue; // The client goes on fetching, and tells the next end when it has found one.
                }

                Interlocked.Exchange(ref _end, Math.Min(Math.Max(_end, result.Offset.Value), _range.Next));
                return;
            }

            _batch.Add(result);
            Interlocked.Exchange(ref _end, result.Offset.Value + 1);
            if (_batch.Count == MaxBatchRecords || _batch.Bytes >= MaxBatchBytes)
            {
                HandOver();
            }
        }
    }

    private void NoteNews()
    {
        _stall.Break();
        _pool.Stall.Break();
    }

    private void ThrowIfHopeless(PooledConsumer consumer, LeaderProbe probe)
    {
        if (_pool.Stall.IsTooLong)
        {
            throw new BackupException(FailureKind.Source, $"Cannot read {_partition} from offset {_end} at {_clients.Address}: "
                + $"no partition could be read for {SourceStall.Limit.TotalMinutes:0} minutes. Run again when the brokers can be reached.");
        }

        if (consumer.Errors.Refused.IsCompleted)
        {
            throw _clients.Failure($"Cannot read {_partition} from offset {_end}", new Error(ErrorCode.Local_AllBrokersDown), consumer.Errors);
        }

        if (probe.Take() is { } answer && _stall.Hear(answer))
        {
            _pool.Stall.Break();
        }
        else if (_stall.IsProbeDue)
        {
            _stall.Ask();
            probe.Ask();
        }

        if (_stall.Verdict(_end) is { } verdict)
        {
            throw new BackupException(FailureKind.Source, verdict) { IsRetryable = true };
        }

        if (_stall.IsSilent)
        {
            throw _clients.Failure(
                $"Nothing came of {_partition} from offset {_end} for {ReadStall.StallLimit.TotalSeconds:0} s",
                new Error(ErrorCode.Local_TimedOut),
                consumer.Errors);
        }
    }

    /// <summary>Whether the range's end or an open transaction was met, and not only the high watermark of a new leader that has yet to
    /// hear how far others are.</summary>
    private bool IsEnd(PooledConsumer consumer, ConsumeResult<BatchSlice, BatchSlice> end)
    {
        if (end.Offset.Value >= _range.Next || consumer.Client.GetWatermarkOffsets(end.TopicPartition).High.Value < _range.Next)
        {
            return end.Offset.Value >= _range.Next;
        }

        // The watermark may have come with a later fetch than this end did: only what is asked now tells that a transaction is open here.
        Interlocked.Exchange(ref _callBegan, TimeProvider.System.GetTimestamp());
        var isEnd = consumer.IsLastStable(end.TopicPartitionOffset);
        Interlocked.Exchange(ref _callBegan, 0);
        return isEnd;
    }

    /// <summary>The next record or end, or null; errors that the client gets over by itself are no reason to give up.</summary>
    private ConsumeResult<BatchSlice, BatchSlice>? Poll(PooledConsumer consumer)
    {
        Interlocked.Exchange(ref _callBegan, TimeProvider.System.GetTimestamp());
        try
        {
            return consumer.Poll(_batch, _batch.Count == 0 ? PollPause : TimeSpan.Zero);
        }
        catch (ConsumeException e) when (SourceFailures.IsOvercome(e.Error.Code))
        {
            consumer.Errors.Note(e.Error);
            return null;
        }
        finally
        {
            Interlocked.Exchange(ref _callBegan, 0);
        }
    }

    /// <summary>Gives the batch in hand to the stream, waiting while that has enough; the thread is ours to block.</summary>
    private void HandOver()
    {
        if (_batch.Count == 0)
        {
            return;
        }

        if (!_batches.TryWrite(_batch))
        {
            _pool.Stall.Leave(); // Nobody listens meanwhile: that is our silence, not the source's.
            try
            {
                _batches.WriteAsync(_batch, _stopped).AsTask().GetAwaiter().GetResult();
            }
            finally
            {
                _pool.Stall.Enter();
            }

            _stall.Break();
        }

        _batch = _free.TryDequeue(out var batch) ? batch : new ConfluentBatch();
    }

    private void Fail(Exception failure)
    {
        try
        {
            HandOver();
        }
        catch (OperationCanceledException)
        {
            // Nobody wants it any more.
        }

        _batches.TryComplete(failure is OperationCanceledException ? null : failure);
    }

    /// <summary>librdkafka compares epochs itself when the leader changes while it reads, and gives a log that was cut the code of any
    /// other end of reading.</summary>
    private BackupException OutOfRange(KafkaException e) => e.Error.Reason.Contains("truncation", StringComparison.OrdinalIgnoreCase)
        ? new BackupException(FailureKind.Source, $"The log of {_partition} was cut before offset {_end} while it was read: {e.Error.Reason.TrimEnd('.')}.", e)
        {
            IsRetryable = true,
        }
        : new OffsetsGoneException(_partition, _end);

    private BackupException FailureOf(KafkaException e, PooledConsumer consumer) => TopicRights.Failure(_partition.Topic, e.Error, e)
        ?? _clients.Failure($"Cannot read {_partition} from offset {_end}", e.Error, consumer.Errors, cause: e);
}
