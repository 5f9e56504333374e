using System.Collections.Concurrent;
using System.Threading.Channels;
using Confluent.Kafka;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Reads one range of one partition on a thread that blocks in librdkafka's poll, and hands over batches.</summary>
internal sealed class PartitionReader
{
    private const int MaxBatchRecords = 4_096;
    private const int MaxBatchBytes = 1 << 20;
    private static readonly TimeSpan PollPause = TimeSpan.FromMilliseconds(100);

    private readonly KafkaRecordSource _pool;
    private readonly ReadFailures _failures;
    private readonly ReadingClient _client;
    private readonly AnswerSizing _sizing;
    private readonly PartitionId _partition;
    private readonly OffsetRange _range;
    private readonly ChannelWriter<ConfluentBatch> _batches;
    private readonly ConcurrentQueue<ConfluentBatch> _free;
    private readonly CancellationToken _stopped;
    private readonly ReadStall _stall;
    private readonly CallWatch _call = new();
    private ConfluentBatch _batch = new();
    private int? _epoch;
    private long _end;
    private long _oversizeAt = -1;

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
        (_pool, _batches, _free, _stopped) = (pool, batches, free, stopped);
        ((_partition, _range, _epoch), _end) = (work, work.Range.Base);
        (_failures, _client) = (new ReadFailures(clients, _partition), new ReadingClient(pool, _partition, IsStopped));
        _sizing = new AnswerSizing(clients.FetchMaxBytes, clients.FirstAnswer);
        _stall = new ReadStall(_partition, _range.Next, TimeProvider.System, clients.Cluster.Name);
    }

    /// <summary>How far was read. To be asked when the last batch was handed over.</summary>
    public long End => Interlocked.Read(ref _end);

    /// <summary>Whether the client does not come back from a call. The thread is then lost until it does, and with it the client.</summary>
    public bool IsLost => _call.IsLost;

    /// <summary>Reads to the end of the range. What was read before a failure is handed over before it.</summary>
    public void Run()
    {
        _pool.Stall.Enter();
        try
        {
            Begin();
            ReadToEnd();
            HandOver();
            _batches.Complete();
        }
        catch (Exception e)
        {
            Fail(e is KafkaException failed ? _failures.Of(failed, _end, _client.Consumer.Errors) : e);
        }
        finally
        {
            _pool.Stall.Leave();
            _call.Begin();
            _client.Release();
            _call.End();
        }
    }

    /// <summary>Begins to read where it is, with a client that asks for as much at a time as is right now.</summary>
    private void Begin()
    {
        _call.Begin();
        _client.Begin(_sizing.Size, _end, _epoch);
        _call.End();
        _stall.Break();
    }

    /// <summary>An answer was too large. It may have been asked for by whoever had the client before, so another one has to say the same.</summary>
    private void TakeOversize(long bytes)
    {
        if (_oversizeAt == _end)
        {
            throw _failures.TooLarge(_end, bytes);
        }

        _oversizeAt = _end;
        Begin();
    }

    /// <summary>Tells that the thread is not lost while a place is looked for.</summary>
    /// <returns>Whether it is to stop.</returns>
    private bool IsStopped()
    {
        _call.Begin();
        var oversize = _client.Consumer.Errors.Oversize;
        return oversize.Seen > 0 ? throw _failures.TooLarge(_end, oversize.Bytes) : _stopped.IsCancellationRequested;
    }

    private void ReadToEnd()
    {
        while (_end < _range.Next)
        {
            _stopped.ThrowIfCancellationRequested();
            if (Poll() is not { } result)
            {
                OnNothing();
                continue;
            }

            _client.Consumer.Errors.Reset();
            if (_batch.Count == 0)
            {
                _stall.Break();
                _pool.Stall.Break();
            }

            if (result.IsPartitionEOF || result.Offset.Value >= _range.Next)
            {
                _call.Begin();
                var goesOn = result.IsPartitionEOF && !_client.IsEnd(result, _range.Next);
                _call.End();
                if (goesOn)
                {
                    HandOver();
                    continue; // The client goes on fetching, and tells the next end when it has found one.
                }

                Interlocked.Exchange(ref _end, Math.Min(Math.Max(_end, result.Offset.Value), _range.Next));
                return;
            }

            _batch.Add(result);
            (_, _epoch) = (Interlocked.Exchange(ref _end, result.Offset.Value + 1), result.LeaderEpoch);
            if (_batch.Count == MaxBatchRecords || _batch.Bytes >= MaxBatchBytes)
            {
                HandOver();
                Resize(isRead: false);
            }
        }
    }

    /// <summary>Asks for more or less at a time from now on, if what came says so. All that was read is handed over.</summary>
    /// <param name="isRead">Whether the client has no more records.</param>
    private bool Resize(bool isRead)
    {
        if (_end == _range.Next || _client.Consumer.Answers.Take() is not { } came || !_sizing.Take(came, isRead, _range.Next - _end))
        {
            return false;
        }

        Begin();
        return true;
    }

    /// <summary>No record and no end came: that passes, or there is no hope of any.</summary>
    private void OnNothing()
    {
        if (_client.HasLookedBack)
        {
            _stall.Break();
            return;
        }

        HandOver();
        if (Resize(isRead: true))
        {
            return;
        }

        var (errors, probe) = (_client.Consumer.Errors, _client.Probe);
        if (_pool.Stall.IsTooLong)
        {
            throw _failures.SourceAway(_end);
        }

        if (errors.Refused.IsCompleted)
        {
            throw _failures.Refused(_end, errors);
        }

        if (errors.Oversize is { Seen: > 0 } oversize)
        {
            TakeOversize(oversize.Bytes);
            return;
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

        if (_stall.WantsPatience && _client.BecomePatient())
        {
            Begin();
            return;
        }

        if (_stall.Verdict(_end) is { } verdict)
        {
            throw new BackupException(FailureKind.Source, verdict) { IsRetryable = true };
        }

        if (_stall.IsSilent)
        {
            throw _failures.Silent(_end, errors);
        }
    }

    /// <summary>The next record or end, or null; errors that the client gets over by itself are no reason to give up.</summary>
    private ConsumeResult<BatchSlice, BatchSlice>? Poll()
    {
        var consumer = _client.Consumer;
        _call.Begin();
        try
        {
            return _client.Poll(_batch, _batch.Count == 0 ? PollPause : TimeSpan.Zero);
        }
        catch (ConsumeException e) when (SourceFailures.IsOvercome(e.Error))
        {
            consumer.Errors.Note(e.Error);
            return null;
        }
        catch (ConsumeException e) when (e.Error.Code == ErrorCode.Local_BadCompression && consumer.Answers.IsBatchTooLarge)
        {
            HandOver();
            if (!_sizing.TakeTooLarge())
            {
                throw _failures.UnpacksToTooMuch(_end, consumer.Answers.LastPacked, e);
            }

            Begin();
            return null;
        }
        finally
        {
            _call.End();
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
}
