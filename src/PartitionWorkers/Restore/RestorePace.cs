using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>Holds a whole restore down to a rate, however many partitions it writes at a time.</summary>
/// <param name="section">The limits.</param>
/// <param name="clock">Measures, and waits.</param>
public sealed class RestorePace(RestoreSection section, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly long _began = clock.GetTimestamp();
    private TimeSpan _next;

    /// <summary>Waits until a record of <paramref name="bytes"/> may be sent.</summary>
    public ValueTask TakeAsync(long bytes, CancellationToken cancellation)
    {
        if (section is { MaxRecordsPerSecond: null, MaxBytesPerSecond: null })
        {
            return ValueTask.CompletedTask;
        }

        var pause = Reserve(bytes);
        return pause <= TimeSpan.Zero ? ValueTask.CompletedTask : new ValueTask(Task.Delay(pause, clock, cancellation));
    }

    /// <summary>Gives the record its place behind those before it. What was not used while nothing came is not made up for.</summary>
    private TimeSpan Reserve(long bytes)
    {
        var takes = Math.Max(1 / (double)(section.MaxRecordsPerSecond ?? long.MaxValue), bytes / (double)(section.MaxBytesPerSecond ?? long.MaxValue));
        lock (_gate)
        {
            var now = clock.GetElapsedTime(_began);
            var starts = _next > now ? _next : now;
            _next = starts + TimeSpan.FromSeconds(takes);
            return starts - now;
        }
    }
}
