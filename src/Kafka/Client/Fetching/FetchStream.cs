using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Client.Fetching;

/// <summary>One range of one partition. While an answer's batches are read, the next one is on its way; batches are read where they lie in it.</summary>
internal sealed class FetchStream : IRecordStream
{
    /// <summary>How long a broker may wait for records that are not there yet: first, and when nothing came for long, as of one that has to get them from remote storage.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(5), PatientWait = TimeSpan.FromMilliseconds(500);

    /// <summary>The pause after an answer without records.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly NativeRecordSource _source;
    private readonly PartitionId _partition;
    private readonly OffsetRange _range;
    private readonly ReadFailures _failures;
    private readonly PartitionFetcher _fetcher;
    private readonly FetchSilence _silence;
    private readonly RecordBatchReader _reader;
    private readonly RangeCursor _within = new();
    private readonly Lazy<LegacyMessageReader> _legacy;
    private readonly CommittedBatches _batches;
    private Task<Fetched>? _fetching;
    private Fetched? _answer;
    private bool _isEnded;

    /// <summary>Opens nothing yet.</summary>
    public FetchStream(NativeRecordSource source, ReadFailures failures, PartitionId partition, OffsetRange range, int? leaderEpoch)
    {
        (_source, _failures, _partition, _range, Position) = (source, failures, partition, range, range.Base);
        (_fetcher, EpochBefore) = (new PartitionFetcher(source, partition), leaderEpoch);
        _silence = new FetchSilence(source, failures, partition, range.Next);
        _reader = new RecordBatchReader(source.LargestAnswer);
        (_legacy, _batches) = (new(() => new LegacyMessageReader(source.LargestAnswer)), new CommittedBatches(_reader));
    }

    /// <inheritdoc />
    public long Position { get; private set; }

    /// <inheritdoc />
    public int? LeaderEpoch { get; private set; }

    /// <inheritdoc />
    public string? TopicId => _fetcher.TopicId;

    /// <summary>The same, or of the last record before the range.</summary>
    private int? EpochBefore { get; set; }

    /// <inheritdoc />
    public async ValueTask<RecordCursor?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (NextOfAnswer() is { } records)
            {
                return records;
            }

            Release();
            if (_isEnded || Position >= _range.Next)
            {
                return null;
            }

            await TakeAnswerAsync(cancellation);
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        // What is on its way gives its bytes back when it has come.
        _ = _fetching?.ContinueWith(fetching => _ = fetching.IsCompletedSuccessfully ? fetching.Result.Answer : null, TaskScheduler.Default)
            .ContinueWith(answer => answer.Result?.Dispose(), TaskScheduler.Default);
        _fetching = null;
        Release();
        _reader.Dispose();
        if (_legacy.IsValueCreated)
        {
            _legacy.Value.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>The next records of the answer in hand; null when it has no more.</summary>
    private RecordCursor? NextOfAnswer()
    {
        if (_answer is null)
        {
            return null;
        }

        RecordBatch batch = default;
        try
        {
            while (Position < _range.Next && _batches.TryNext(out batch, out var counts))
            {
                if (batch.Header.NextOffset > Position && Take(batch, counts) is { } records)
                {
                    return records;
                }
            }

            return null;
        }
        catch (WireFormatException e)
        {
            _isEnded = true;
            throw e.IsTooLarge ? _failures.UnpacksToTooMuch(Position, batch.Bytes.Length, e, batch.Header.Codec.ToString().ToLowerInvariant()) : _failures.Damaged(Position, e);
        }
    }

    /// <summary>The records of a batch that are wanted; null when there is none.</summary>
    private RecordCursor? Take(RecordBatch batch, bool counts)
    {
        var (header, from, isLegacy) = (batch.Header, Position, batch.Header.Magic < RecordBatchLayout.MagicValue);
        counts &= isLegacy || header.BaseOffset < _range.Next;
        if (counts && isLegacy)
        {
            _legacy.Value.Open(batch);
        }
        else if (counts)
        {
            _reader.Open(batch.Bytes);
        }

        Position = Math.Min(header.NextOffset, _range.Next);
        if (!counts)
        {
            return null;
        }

        LeaderEpoch = EpochBefore = header.LeaderEpoch < 0 ? null : header.LeaderEpoch;
        return isLegacy ? _within.Within(_legacy.Value, from, _range.Next)
            : header.BaseOffset >= from && header.NextOffset <= _range.Next ? _reader
            : _within.Within(_reader, from, _range.Next);
    }

    private void Release()
    {
        _answer?.Dispose();
        _answer = null;
    }

    private Task<Fetched> Fetch(long from, int? epochBefore) => _fetcher.FetchAsync(from, epochBefore, _silence.WantsPatience ? PatientWait : Wait);

    /// <summary>Waits for an answer with records, or until it is known that there are no more.</summary>
    private async Task TakeAnswerAsync(CancellationToken cancellation)
    {
        _source.Stall.Enter();
        _silence.Break();
        try
        {
            while (!_isEnded && _answer is null)
            {
                _fetching ??= Fetch(Position, EpochBefore);
                var fetched = await WaitAsync(_fetching, cancellation);
                _fetching = null;
                if (!Take(fetched))
                {
                    fetched.Dispose();
                    await Task.Delay(_isEnded ? TimeSpan.Zero : Pause, cancellation);
                }
            }
        }
        finally
        {
            _source.Stall.Leave();
        }
    }

    private async Task<Fetched> WaitAsync(Task<Fetched> fetching, CancellationToken cancellation)
    {
        try
        {
            return await fetching.WaitAsync(cancellation);
        }
        catch (AnswerTooLargeException e)
        {
            throw _failures.TooLarge(Position, e.Bytes);
        }
        catch (LogDivergedException e) when (Position > _range.Base)
        {
            throw new BackupException(FailureKind.Source, $"The log of {_partition} was cut before offset {Position} while it was read: it goes on with other records from {e.Offset} on.", e)
            {
                IsRetryable = true,
            };
        }
        catch (BackupException e) when (e is not (LogDivergedException or TopicRecreatedException))
        {
            throw _failures.Of(Position, e);
        }
    }

    /// <summary>Takes what came.</summary>
    /// <returns>Whether there are batches in it. If so, the next is fetched.</returns>
    private bool Take(Fetched fetched)
    {
        var records = fetched.Partition is { ErrorCode: KafkaError.None } told ? told.Records?.ToMemory() ?? default : default;
        var (next, epoch) = CommittedBatches.EndOf(records);
        if (next is null || (next >= 0 && next <= Position))
        {
            _isEnded = _silence.IsEnd(fetched, Position);
            return false;
        }

        _silence.Break();
        _source.Stall.Break();
        _answer = fetched;
        _batches.Begin(records, fetched.Partition!.AbortedTransactions);
        if (next > Position && next < _range.Next && records.Length <= 2 * _source.FetchMaxBytes)
        {
            _fetching = Fetch(next.Value, epoch ?? EpochBefore);
        }

        return true;
    }
}
