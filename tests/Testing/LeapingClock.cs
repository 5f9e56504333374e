namespace KafkaBackup.Testing;

/// <summary>A clock that leaps to the next timer as soon as nothing else is left to do, so that hours pass in no time and always alike.</summary>
/// <remarks><see cref="Run"/> carries out everything on the calling thread, in a context that knows when nothing is left to do. Code under it
/// must not hop to the thread pool: the clock would leap before it came back.</remarks>
public sealed class LeapingClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private TimeSpan _now;

    /// <summary>Timers up to this far away fire when they are set, on the thread that sets them: pauses take no time where there is no
    /// <see cref="Run"/>, and what is further away never comes. Default: none does.</summary>
    public TimeSpan LeapsAtOnce { get; init; } = TimeSpan.MinValue;

    /// <summary>Time since the clock was made.</summary>
    public TimeSpan Elapsed => _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Carries out <paramref name="body"/> to its end.</summary>
    /// <exception cref="InvalidOperationException">It waits for something that will never happen.</exception>
    public static void Run(Func<LeapingClock, Task> body)
    {
        var (clock, queue, before) = (new LeapingClock(), new Queue(), SynchronizationContext.Current);
        SynchronizationContext.SetSynchronizationContext(queue);
        try
        {
            var task = body(clock);
            while (!task.IsCompleted)
            {
                if (!queue.TryRunOne() && !clock.TryLeap())
                {
                    throw new InvalidOperationException($"At {clock.Elapsed} nothing is left to do, and nothing is waited for that a clock could bring about.");
                }
            }

            task.GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    public override long GetTimestamp() => _now.Ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + _now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private bool TryLeap()
    {
        if (_timers.MinBy(timer => timer.Due) is not { } next)
        {
            return false;
        }

        _now = next.Due > _now ? next.Due : _now;
        _timers.Remove(next);
        next.Fire();
        return true;
    }

    private sealed class Timer(LeapingClock clock, TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                {
                    return true;
                }

                Due = clock._now + dueTime;
                if (dueTime > clock.LeapsAtOnce)
                {
                    clock._timers.Add(this);
                    return true;
                }

                clock._now = Due;
            }

            Fire();
            return true;
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>What is to be done next, in order.</summary>
    private sealed class Queue : SynchronizationContext
    {
        private readonly Queue<(SendOrPostCallback Callback, object? State)> _items = [];

        public override void Post(SendOrPostCallback d, object? state) => _items.Enqueue((d, state));

        public override void Send(SendOrPostCallback d, object? state) => d(state);

        public bool TryRunOne()
        {
            if (!_items.TryDequeue(out var item))
            {
                return false;
            }

            item.Callback(item.State);
            return true;
        }
    }
}
