using KafkaBackup.EmbeddedKafka.Topics;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Records;

namespace KafkaBackup.EmbeddedKafka.Logs;

/// <summary>One partition: its batches in order of offset, its producers, and who waits for more. Safe for many callers at once.</summary>
internal sealed partial class PartitionLog(TopicSettings settings, MemoryBudget budget, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly ProducerIndex _producers = new();
    private List<LogBatch> _batches = [];
    private long _logStart;
    private long _next;
    private bool _isDeleted;
    private Action? _listeners;

    /// <summary>How far the partition goes.</summary>
    public LogBounds Bounds
    {
        get
        {
            lock (_lock)
            {
                return BoundsNow;
            }
        }
    }

    private LogBounds BoundsNow => new(_logStart, _producers.FirstOpen ?? _next, _next);

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Calls <paramref name="listener"/> after every change that a waiting fetch may be interested in.</summary>
    public void Listen(Action listener)
    {
        lock (_lock)
        {
            _listeners += listener;
        }
    }

    /// <summary>Calls <paramref name="listener"/> no more.</summary>
    public void StopListening(Action listener)
    {
        lock (_lock)
        {
            _listeners -= listener;
        }
    }

    /// <summary>Appends a producer's batch, or says why not.</summary>
    public AppendResult Append(CheckedBatch batch)
    {
        AppendResult result;
        lock (_lock)
        {
            result = _isDeleted ? AppendResult.Refused(KafkaError.UnknownTopicOrPartition, "The topic was deleted.") : AppendLocked(batch);
        }

        Volatile.Read(ref _listeners)?.Invoke();
        return result;
    }

    /// <summary>Appends the marker with which a transaction ends here.</summary>
    public void AppendMarker(long producerId, short epoch, bool isCommit)
    {
        lock (_lock)
        {
            if (_isDeleted)
            {
                return;
            }

            using var writer = new RecordBatchWriter();
            var type = isCommit ? ControlRecordType.Commit : ControlRecordType.Abort;
            var bytes = ControlRecords.BuildMarker(writer, type, _next, Now, producerId, epoch, BrokerIdentity.LeaderEpoch).ToArray();
            RecordBatchPatch.SetPlace(bytes, _next, BrokerIdentity.LeaderEpoch);
            var header = RecordBatchHeader.Parse(bytes);
            var producerCost = _producers.Cost;
            budget.Take(LogBatch.CostOf(bytes.Length));
            _producers.End(header, isCommit);
            budget.Take(_producers.Cost - producerCost);
            Keep(new LogBatch(header, bytes));
        }

        Volatile.Read(ref _listeners)?.Invoke();
    }

    /// <summary>Reads batches from <paramref name="offset"/> on; the last may be cut.</summary>
    /// <param name="offset">The first offset of interest; the first batch may begin before it.</param>
    /// <param name="maxBytes">How much to read.</param>
    /// <param name="committedOnly">Whether to stop in front of the earliest open transaction.</param>
    /// <param name="atLeastOne">Whether one batch is read even if it is larger than <paramref name="maxBytes"/>.</param>
    public ReadResult Read(long offset, int maxBytes, bool committedOnly, bool atLeastOne)
    {
        lock (_lock)
        {
            if (_isDeleted || offset < _logStart || offset > _next)
            {
                return new ReadResult(_isDeleted ? KafkaError.UnknownTopicOrPartition : KafkaError.OffsetOutOfRange, BoundsNow, [], null);
            }

            var end = committedOnly ? BoundsNow.LastStable : _next;
            var found = new List<ReadOnlyMemory<byte>>();
            var bytes = 0;
            var next = offset;
            for (var i = IndexOf(offset); i < _batches.Count && _batches[i].Header.BaseOffset < end; i++)
            {
                var batch = _batches[i];
                var room = maxBytes - bytes;
                if (batch.Bytes.Length > room && (found.Count > 0 || !atLeastOne))
                {
                    // As Kafka, which sends parts of files, cuts it where the limit is; clients look for that.
                    if (room > 0 && found.Count > 0)
                    {
                        found.Add(batch.Bytes[..room]);
                    }

                    break;
                }

                found.Add(batch.Bytes);
                bytes += batch.Bytes.Length;
                next = batch.Header.NextOffset;
            }

            return new ReadResult(KafkaError.None, BoundsNow, found, committedOnly ? _producers.Aborted(offset, next) : null);
        }
    }

    /// <summary>Deletes the records in front of <paramref name="offset"/>, and returns where the partition begins now; null if it does not reach
    /// so far.</summary>
    public long? DeleteBefore(long offset)
    {
        lock (_lock)
        {
            if (offset > _next)
            {
                return null;
            }

            if (offset > _logStart)
            {
                _logStart = offset;
                var gone = IndexOf(offset);
                budget.Give(_batches.Take(gone).Sum(batch => batch.Cost));
                _batches.RemoveRange(0, gone);
                _producers.Trim(offset);
            }

            return _logStart;
        }
    }

    /// <summary>Gives everything up; later calls find no partition.</summary>
    public void Delete()
    {
        lock (_lock)
        {
            if (!_isDeleted)
            {
                _isDeleted = true;
                budget.Give(_batches.Sum(batch => batch.Cost) + _producers.Cost);
                _batches = [];
            }
        }

        Volatile.Read(ref _listeners)?.Invoke();
    }

    private AppendResult AppendLocked(CheckedBatch batch)
    {
        var header = batch.Header;
        var isIdempotent = header.ProducerId >= 0;
        if (isIdempotent && _producers.Check(header) is { } answer)
        {
            return answer;
        }

        var isNew = isIdempotent && !_producers.Knows(header.ProducerId);
        if (!budget.TryTake(LogBatch.CostOf(batch.Bytes.Length) + (isNew ? ProducerState.Cost : 0)))
        {
            return AppendResult.RefusedByLog(KafkaError.PolicyViolation,
                $"The embedded broker holds {budget.Used} of at most {budget.Limit} bytes in memory and takes no more records; "
                + "delete topics or records, or raise its memory limit.");
        }

        var bytes = batch.Bytes.ToArray();
        var logAppendTime = settings.UsesLogAppendTime ? Now : -1;
        var (type, maxTimestamp) = settings.UsesLogAppendTime
            ? (TimestampType.LogAppendTime, logAppendTime)
            : (TimestampType.CreateTime, batch.MaxTimestamp);
        RecordBatchPatch.SetPlace(bytes, _next, BrokerIdentity.LeaderEpoch);
        if (header.TimestampType != type || header.MaxTimestamp != maxTimestamp)
        {
            RecordBatchPatch.SetMaxTimestamp(bytes, type, maxTimestamp);
        }

        var kept = RecordBatchHeader.Parse(bytes);
        if (isIdempotent)
        {
            _producers.Add(kept);
        }

        Keep(new LogBatch(kept, bytes));
        return AppendResult.Appended(kept.BaseOffset, logAppendTime);
    }

    private void Keep(LogBatch batch)
    {
        _batches.Add(batch);
        _next = batch.Header.NextOffset;
    }

    /// <summary>The first batch that ends at <paramref name="offset"/> or later.</summary>
    private int IndexOf(long offset)
    {
        var (low, high) = (0, _batches.Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = _batches[middle].Header.LastOffset < offset ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
