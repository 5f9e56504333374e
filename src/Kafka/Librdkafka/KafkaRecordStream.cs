using System.Collections.Concurrent;
using System.Threading.Channels;
using Confluent.Kafka;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>One range of one partition, read by a thread of its own that blocks in librdkafka's poll and hands over batches.</summary>
internal sealed class KafkaRecordStream : IRecordStream
{
    private const int MaxBatchRecords = 4_096;
    private const int MaxBatchBytes = 1 << 20;
    private const int MaxBatchesWaiting = 2;
    private static readonly TimeSpan PollPause = TimeSpan.FromMilliseconds(100);

    /// <summary>How long the source may stay silent, no record, no end, no other answer, before the read is given up.</summary>
    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(60);

    /// <summary>After how long a silence the leader is asked whether it lives.</summary>
    private static readonly TimeSpan ProbeAfter = TimeSpan.FromSeconds(20);

    /// <summary>How long a leader may live and send nothing: a quota that is slower than this is none that a backup could come through.</summary>
    private static readonly TimeSpan ThrottleLimit = TimeSpan.FromMinutes(10);

    private readonly KafkaRecordSource _pool;
    private readonly KafkaClients _clients;
    private readonly PartitionId _partition;
    private readonly OffsetRange _range;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Channel<ConfluentBatch> _batches = Channel.CreateBounded<ConfluentBatch>(
        new BoundedChannelOptions(MaxBatchesWaiting) { SingleReader = true, SingleWriter = true });

    /// <summary>At most four: one is filled, two wait, one is read.</summary>
    private readonly ConcurrentQueue<ConfluentBatch> _free = [];

    private ConfluentBatch? _current;
    private Task? _reader;
    private long _end;
    private long _lastRecord;
    private long _lastNews;

    public KafkaRecordStream(KafkaRecordSource pool, KafkaClients clients, PartitionId partition, OffsetRange range)
    {
        (_pool, _clients, _partition, _range) = (pool, clients, partition, range);
        Position = range.Base;
    }

    public long Position { get; private set; }

    public int? LeaderEpoch { get; private set; }

    public async ValueTask<RecordCursor?> ReadAsync(CancellationToken cancellation)
    {
        Release();
        _reader ??= Task.Factory.StartNew(Read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (await _batches.Reader.WaitToReadAsync(cancellation) && _batches.Reader.TryRead(out var batch))
        {
            (Position, LeaderEpoch) = (batch.Next, batch.LeaderEpoch);
            return _current = batch;
        }

        Position = _end;
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        if (_reader is not null)
        {
            await _reader;
        }

        Release();
        while (_batches.Reader.TryRead(out var batch) || _free.TryDequeue(out batch))
        {
            batch.Dispose();
        }

        _stopped.Dispose();
    }

    private void Release()
    {
        if (_current is { } read)
        {
            read.Clear();
            _free.Enqueue(read);
            _current = null;
        }
    }

    private void Read()
    {
        PooledConsumer? consumer = null;
        LeaderProbe? probe = null;
        _pool.Stall.Enter();
        try
        {
            consumer = _pool.Rent();
            consumer.Errors.Reset();
            consumer.Assign(new TopicPartitionOffset(_partition.Topic, new Partition(_partition.Number), new Offset(_range.Base)));
            probe = new LeaderProbe(consumer.Client, new TopicPartition(_partition.Topic, new Partition(_partition.Number)));
            ReadToEnd(consumer, probe);
            _batches.Writer.Complete();
        }
        catch (OperationCanceledException)
        {
            _batches.Writer.TryComplete();
        }
        catch (KafkaException e)
        {
            _batches.Writer.TryComplete(IsOutOfRange(e.Error.Code)
                ? new OffsetsGoneException(_partition, _end)
                : TopicRights.Failure(_partition.Topic, e.Error, e)
                    ?? _clients.Failure($"Cannot read {_partition} from offset {_end}", e.Error, consumer!.Errors, cause: e));
        }
        catch (Exception e)
        {
            _batches.Writer.TryComplete(e);
        }
        finally
        {
            _pool.Stall.Leave();
            probe?.Settle();
            if (consumer is not null)
            {
                _pool.Return(consumer);
            }
        }
    }

    private void ReadToEnd(PooledConsumer consumer, LeaderProbe probe)
    {
        _end = _range.Base;
        var batch = NextBatch();
        _lastRecord = _lastNews = TimeProvider.System.GetTimestamp(); // Not yet news of the source.
        while (true)
        {
            _stopped.Token.ThrowIfCancellationRequested();
            var result = Poll(consumer, batch, batch.Count == 0 ? PollPause : TimeSpan.Zero);
            if (result is null)
            {
                batch = HandOver(batch);
                ThrowIfHopeless(consumer, probe);
                continue;
            }

            consumer.Errors.Reset();
            if (batch.Count == 0)
            {
                NoteNews();
            }

            if (result.IsPartitionEOF)
            {
                if (!IsEnd(consumer, result))
                {
                    batch = HandOver(batch);
                    continue; // The client goes on fetching, and tells the next end when it has found one.
                }

                HandOver(batch);
                _end = Math.Min(Math.Max(_end, result.Offset.Value), _range.Next);
                return;
            }

            if (result.Offset.Value >= _range.Next)
            {
                HandOver(batch);
                _end = _range.Next;
                return;
            }

            batch.Add(result);
            _end = result.Offset.Value + 1;
            if (_end == _range.Next)
            {
                HandOver(batch);
                return;
            }

            if (batch.Count == MaxBatchRecords || batch.Bytes >= MaxBatchBytes)
            {
                batch = HandOver(batch);
            }
        }
    }

    private void NoteNews()
    {
        _lastRecord = _lastNews = TimeProvider.System.GetTimestamp();
        _pool.Stall.Break();
    }

    private void ThrowIfHopeless(PooledConsumer consumer, LeaderProbe probe)
    {
        if (_pool.Stall.IsTooLong)
        {
            throw new BackupException(FailureKind.Source,
                $"Cannot read {_partition} from offset {_end} at {_clients.Address}: no partition could be read for {SourceStall.Limit.TotalMinutes:0} minutes. Run again when the brokers can be reached.");
        }

        if (consumer.Errors.Refused.IsCompleted)
        {
            throw _clients.Failure($"Cannot read {_partition} from offset {_end}", new Error(ErrorCode.Local_AllBrokersDown), consumer.Errors);
        }

        var silence = TimeProvider.System.GetElapsedTime(_lastNews);
        if (silence > ProbeAfter && TimeProvider.System.GetElapsedTime(_lastRecord) < ThrottleLimit && probe.HasAnswered())
        {
            _lastNews = TimeProvider.System.GetTimestamp();
            _pool.Stall.Break();
        }
        else if (silence > StallLimit)
        {
            throw _clients.Failure($"Nothing came of {_partition} from offset {_end} for {StallLimit.TotalSeconds:0} s", new Error(ErrorCode.Local_TimedOut), consumer.Errors);
        }
    }

    /// <summary>Whether the range's end or an open transaction was met, and not only the high watermark of a new leader that has yet to hear how far others are.</summary>
    private bool IsEnd(PooledConsumer consumer, ConsumeResult<BatchSlice, BatchSlice> end) =>
        end.Offset.Value >= _range.Next || consumer.Client.GetWatermarkOffsets(end.TopicPartition).High.Value >= _range.Next;

    /// <summary>The next record or end, or null; errors that the client gets over by itself are no reason to give up what was read.</summary>
    private static ConsumeResult<BatchSlice, BatchSlice>? Poll(PooledConsumer consumer, ConfluentBatch batch, TimeSpan patience)
    {
        try
        {
            return consumer.Poll(batch, patience);
        }
        catch (ConsumeException e) when (SourceFailures.IsPassing(e.Error.Code) || IsAboutGroup(e.Error.Code))
        {
            consumer.Errors.Note(e.Error);
            return null;
        }
    }

    /// <summary>The client looks for the coordinator of a group that is not used: a user without rights on groups may read all the same.</summary>
    private static bool IsAboutGroup(ErrorCode code) => code is ErrorCode.GroupAuthorizationFailed or ErrorCode.GroupCoordinatorNotAvailable
        or ErrorCode.GroupLoadInProgress or ErrorCode.NotCoordinatorForGroup;

    /// <summary>Gives a batch to the reader, waiting while it has enough; the thread is ours to block.</summary>
    private ConfluentBatch HandOver(ConfluentBatch batch)
    {
        if (batch.Count == 0)
        {
            return batch;
        }

        if (!_batches.Writer.TryWrite(batch))
        {
            _batches.Writer.WriteAsync(batch, _stopped.Token).AsTask().GetAwaiter().GetResult();
            NoteNews(); // Nobody was listening meanwhile: that was our silence, not the source's.
        }

        return NextBatch();
    }

    private ConfluentBatch NextBatch() => _free.TryDequeue(out var batch) ? batch : new ConfluentBatch();

    private static bool IsOutOfRange(ErrorCode code) => code is ErrorCode.OffsetOutOfRange or ErrorCode.Local_AutoOffsetReset;
}
