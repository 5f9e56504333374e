using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>Holds writers down to a rate that they have together.</summary>
/// <param name="clock">Measures, and waits.</param>
public sealed class RestorePace(TimeProvider clock)
{
    /// <summary>A wait always ends a little late, above all on a busy machine: so much is made up for.</summary>
    private static readonly TimeSpan MostLate = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly long _began = clock.GetTimestamp();
    private volatile bool _isLimited;
    private double _records = double.PositiveInfinity;
    private double _bytes = double.PositiveInfinity;
    private TimeSpan _next;

    /// <summary>The pace of a whole restore.</summary>
    /// <param name="section">The limits.</param>
    /// <param name="clock">Measures, and waits.</param>
    public RestorePace(RestoreSection section, TimeProvider clock)
        : this(clock) => Limit(section.MaxRecordsPerSecond, section.MaxBytesPerSecond);

    /// <summary>From now on so much may be sent in a second.</summary>
    /// <param name="records">Records; null: as many as will.</param>
    /// <param name="bytes">Bytes; null: as many as will.</param>
    public void Limit(double? records, double? bytes)
    {
        lock (_gate)
        {
            (_records, _bytes) = (records ?? double.PositiveInfinity, bytes ?? double.PositiveInfinity);
            _isLimited = records is not null || bytes is not null;
        }
    }

    /// <summary>Waits until a record of <paramref name="bytes"/> may be sent.</summary>
    public ValueTask TakeAsync(long bytes, CancellationToken cancellation)
    {
        if (!_isLimited)
        {
            return ValueTask.CompletedTask;
        }

        var pause = Reserve(bytes);
        return pause <= TimeSpan.Zero ? ValueTask.CompletedTask : new ValueTask(Task.Delay(pause, clock, cancellation));
    }

    /// <summary>Gives the record its place behind those before it. What was not used while nothing came is not made up for, but for what a wait may be late.</summary>
    private TimeSpan Reserve(long bytes)
    {
        lock (_gate)
        {
            var takes = Math.Max(1 / _records, bytes / _bytes);
            var now = clock.GetElapsedTime(_began);
            var starts = _next > now - MostLate ? _next : now;
            _next = starts + TimeSpan.FromSeconds(takes);
            return starts - now;
        }
    }
}
