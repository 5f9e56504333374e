using System.Text;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Testing.Kafka;

/// <summary>The log of one partition in memory: records, offsets that hold none, leader epochs, retention, an open transaction, reads that wait or fail.</summary>
public sealed partial class FakeLog(PartitionId partition)
{
    private readonly Lock _lock = new();
    private readonly SortedList<long, TestRecord> _records = [];
    private readonly SortedList<long, int> _epochs = [];
    private readonly List<OffsetRange> _opened = [];
    private readonly List<int?> _openedAfterEpoch = [];
    private long _logStartOffset;
    private long _highWatermark;
    private int _openStreams;
    private long _readTo;
    private int _held;

    public PartitionId Partition { get; } = partition;

    /// <summary>How many records a batch holds at most.</summary>
    public int BatchSize { get; set; } = 10;

    /// <summary>Where an open transaction begins: nothing behind it can be read; null when there is none.</summary>
    public long? OpenTransactionAt { get; set; }

    /// <summary>The epoch of the leader that appends now.</summary>
    public int LeaderEpoch { get; set; }

    /// <summary>From where on the client cannot hand over header names as they are; null when it can.</summary>
    public long? HeaderNamesChangedAt { get; set; }

    /// <summary>The topic's id by which streams say that they read; null: by its name.</summary>
    public string? ReadByTopicId { get; set; }

    /// <summary>Why the partition's bounds cannot be asked for; null when they can.</summary>
    public BackupException? BoundsProblem { get; set; }

    /// <summary>The epochs with which the log was opened, in order of <see cref="Opened"/>.</summary>
    public IReadOnlyList<int?> OpenedAfterEpoch
    {
        get
        {
            lock (_lock)
            {
                return [.. _openedAfterEpoch];
            }
        }
    }

    /// <summary>What the open transaction holds back; null when there is none.</summary>
    public OpenTransaction? OpenTransaction
    {
        get
        {
            lock (_lock)
            {
                return OpenTransactionAt is { } open && open < _highWatermark
                    ? new OpenTransaction(open, _highWatermark - open,
                        _records.TryGetValue(open, out var first) ? DateTimeOffset.FromUnixTimeMilliseconds(first.Timestamp) : null)
                    : null;
            }
        }
    }

    public PartitionBounds Bounds
    {
        get
        {
            lock (_lock)
            {
                return new PartitionBounds(_logStartOffset, _highWatermark) { Problem = BoundsProblem };
            }
        }
    }

    public PartitionBounds BoundsTo(LogEnd end) => end == LogEnd.LastStableOffset && OpenTransactionAt is { } open && open < Bounds.HighWatermark
        ? Bounds with { HighWatermark = open }
        : Bounds;

    /// <summary>The ranges that were opened, in order.</summary>
    public IReadOnlyList<OffsetRange> Opened
    {
        get
        {
            lock (_lock)
            {
                return [.. _opened];
            }
        }
    }

    /// <summary>Streams that were opened and not disposed.</summary>
    public int OpenStreams => Volatile.Read(ref _openStreams);

    /// <summary>The highest position that a read came to.</summary>
    public long ReadTo => Volatile.Read(ref _readTo);

    /// <summary>Whether a read waits at a gate.</summary>
    public bool IsHeld => Volatile.Read(ref _held) > 0;

    /// <summary>The first record of a time or a later one; null: there is none.</summary>
    public TestRecord? FindAt(long time)
    {
        lock (_lock)
        {
            return _records.Values.Where(record => record.Offset >= _logStartOffset && record.Timestamp >= time).MinBy(record => record.Offset);
        }
    }

    /// <summary>Adds records of <paramref name="valueBytes"/> bytes each.</summary>
    public FakeLog Append(int count, int valueBytes = 8)
    {
        lock (_lock)
        {
            for (var i = 0; i < count; i++, _highWatermark++)
            {
                _records.Add(_highWatermark, new TestRecord(
                    _highWatermark, TestRecords.FirstTimestamp + _highWatermark, Encoding.UTF8.GetBytes($"key-{_highWatermark}"), new byte[valueBytes], []));
                _epochs.Add(_highWatermark, LeaderEpoch);
            }
        }

        return this;
    }

    /// <summary>Adds a record, whatever its own offset says.</summary>
    public FakeLog Append(TestRecord record)
    {
        lock (_lock)
        {
            _records.Add(_highWatermark, record with { Offset = _highWatermark });
            _epochs.Add(_highWatermark++, LeaderEpoch);
        }

        return this;
    }

    /// <summary>Adds offsets that hold no record, as compaction and transaction markers leave them.</summary>
    public FakeLog Skip(int count)
    {
        lock (_lock)
        {
            _highWatermark += count;
        }

        return this;
    }

    /// <summary>Retention: the log starts at <paramref name="offset"/> now.</summary>
    public FakeLog DeleteBefore(long offset)
    {
        lock (_lock)
        {
            _logStartOffset = offset;
            _highWatermark = Math.Max(_highWatermark, offset);
        }

        return this;
    }

    /// <summary>The log loses its end, or is that of a topic made anew.</summary>
    public FakeLog EndAt(long offset)
    {
        lock (_lock)
        {
            foreach (var gone in _records.Keys.Where(record => record >= offset).ToList())
            {
                _records.Remove(gone);
                _epochs.Remove(gone);
            }

            _highWatermark = offset;
            _logStartOffset = Math.Min(_logStartOffset, offset);
        }

        return this;
    }

    /// <summary>A replica that had nothing from <paramref name="offset"/> on becomes leader, under the next epoch.</summary>
    public FakeLog CutAt(long offset)
    {
        EndAt(offset).LeaderEpoch++;
        return this;
    }

    /// <summary>A read at <paramref name="position"/>: the next records up to <paramref name="end"/> and the position after them.</summary>
    /// <param name="position">Where to read.</param>
    /// <param name="end">Where to stop.</param>
    /// <param name="epochBefore">The epoch that the last record before <paramref name="position"/> has to have; null when it is not known.</param>
    /// <param name="cancellation">Gives up.</param>
    internal async Task<(IReadOnlyList<TestRecord> Records, long Position)> ReadAsync(long position, long end, int? epochBefore, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (TakeStep(position) is { } step)
        {
            Interlocked.Increment(ref _held);
            try
            {
                await step().WaitAsync(cancellation);
            }
            finally
            {
                Interlocked.Decrement(ref _held);
            }
        }

        lock (_lock)
        {
            if (position < _logStartOffset || position > _highWatermark)
            {
                throw new OffsetsGoneException(Partition, position);
            }

            if (epochBefore is { } known && position > _logStartOffset)
            {
                ThrowIfDiverged(position, known);
            }

            var limit = Math.Min(end, Math.Min(_highWatermark, OpenTransactionAt ?? long.MaxValue));
            var records = _records.Values.Where(record => record.Offset >= position && record.Offset < limit).Take(BatchSize).ToList();
            if (records.Count == 0 && _highWatermark < end)
            {
                throw new LogTooShortException(Partition, _highWatermark, end);
            }

            var next = records.Count < BatchSize ? Math.Max(position, limit) : records[^1].Offset + 1;
            _readTo = Math.Max(_readTo, next);
            return (records, next);
        }
    }

    /// <summary>As a leader's log is told from another: the last record before the position has the known epoch, or an earlier one when it was compacted away.</summary>
    private void ThrowIfDiverged(long position, int known)
    {
        var last = _epochs.LastOrDefault(record => record.Key < position, new KeyValuePair<long, int>(-1, known));
        if (last.Value > known || (last.Key == position - 1 && last.Value != known))
        {
            throw new LogDivergedException(Partition, _epochs.First(record => record.Value > known || record.Key == last.Key).Key, position);
        }
    }

    internal int EpochAt(long offset)
    {
        lock (_lock)
        {
            return _epochs.GetValueOrDefault(offset);
        }
    }

    internal void NoteOpened(OffsetRange range, int? leaderEpoch)
    {
        lock (_lock)
        {
            _opened.Add(range);
            _openedAfterEpoch.Add(leaderEpoch);
            _openStreams++;
        }
    }

    internal void NoteDisposed() => Interlocked.Decrement(ref _openStreams);
}
