using System.Text;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Testing.Kafka;

/// <summary>The log of one partition in memory: records, offsets that hold none, retention, an open transaction, reads that wait or fail.</summary>
public sealed class FakeLog(PartitionId partition)
{
    private readonly Lock _lock = new();
    private readonly SortedList<long, TestRecord> _records = [];
    private readonly List<(long Offset, Func<Task> Step)> _steps = [];
    private readonly List<OffsetRange> _opened = [];
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

    public PartitionBounds Bounds
    {
        get
        {
            lock (_lock)
            {
                return new PartitionBounds(_logStartOffset, _highWatermark);
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

    /// <summary>Adds records of <paramref name="valueBytes"/> bytes each.</summary>
    public FakeLog Append(int count, int valueBytes = 8)
    {
        lock (_lock)
        {
            for (var i = 0; i < count; i++, _highWatermark++)
            {
                _records.Add(_highWatermark, new TestRecord(
                    _highWatermark, TestRecords.FirstTimestamp + _highWatermark, Encoding.UTF8.GetBytes($"key-{_highWatermark}"), new byte[valueBytes], []));
            }
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
            _highWatermark = offset;
            _logStartOffset = Math.Min(_logStartOffset, offset);
        }

        return this;
    }

    /// <summary>The first read that would start at <paramref name="offset"/> or behind it waits until the gate is opened.</summary>
    public TaskCompletionSource HoldAt(long offset)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        AddStep(offset, () => gate.Task);
        return gate;
    }

    /// <summary>The first read that would start at <paramref name="offset"/> or behind it fails.</summary>
    public FakeLog FailAt(long offset, Exception failure)
    {
        AddStep(offset, () => Task.FromException(failure));
        return this;
    }

    /// <summary>A read at <paramref name="position"/>: the next records up to <paramref name="end"/> and the position after them.</summary>
    internal async Task<(IReadOnlyList<TestRecord> Records, long Position)> ReadAsync(long position, long end, CancellationToken cancellation)
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

            var limit = Math.Min(end, Math.Min(_highWatermark, OpenTransactionAt ?? long.MaxValue));
            var records = _records.Values.Where(record => record.Offset >= position && record.Offset < limit).Take(BatchSize).ToList();
            var next = records.Count < BatchSize ? Math.Max(position, limit) : records[^1].Offset + 1;
            _readTo = Math.Max(_readTo, next);
            return (records, next);
        }
    }

    internal void NoteOpened(OffsetRange range)
    {
        lock (_lock)
        {
            _opened.Add(range);
            _openStreams++;
        }
    }

    internal void NoteDisposed() => Interlocked.Decrement(ref _openStreams);

    private void AddStep(long offset, Func<Task> step)
    {
        lock (_lock)
        {
            _steps.Add((offset, step));
        }
    }

    private Func<Task>? TakeStep(long position)
    {
        lock (_lock)
        {
            var at = _steps.FindIndex(step => step.Offset <= position);
            if (at < 0)
            {
                return null;
            }

            var found = _steps[at].Step;
            _steps.RemoveAt(at);
            return found;
        }
    }
}
