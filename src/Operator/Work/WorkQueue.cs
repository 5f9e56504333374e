namespace KafkaBackup.Operator.Work;

/// <summary>Sees to it that something is done about each key that was added: one key at a time, several keys at once, and again after a pause when it failed.</summary>
/// <typeparam name="TKey">What names a piece of work.</typeparam>
/// <remarks>A key that is added while it is worked on is worked on once more. What is due when stands in one place, so that keys are coalesced.</remarks>
public sealed class WorkQueue<TKey> where TKey : notnull
{
    private readonly Func<TKey, CancellationToken, Task<TimeSpan?>> _work;
    private readonly Action<TKey, Exception> _failed;
    private readonly TimeProvider _clock;
    private readonly Random _random;
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Item> _items = [];
    private TaskCompletionSource _added = NewSignal();

    /// <summary>A queue.</summary>
    /// <param name="work">Does it, and says after how long it is to be looked at again; null: when it is added.</param>
    /// <param name="failed">Told of each exception.</param>
    /// <param name="clock">The time.</param>
    /// <param name="random">Spreads the tries of several.</param>
    public WorkQueue(Func<TKey, CancellationToken, Task<TimeSpan?>> work, Action<TKey, Exception> failed, TimeProvider clock, Random random) =>
        (_work, _failed, _clock, _random) = (work, failed, clock, random);

    /// <summary>How many keys are worked on at once. Default: 8.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>The pause after the first failure; then twice as long each time. Default: 1 s.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause. Default: 1 minute.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Has a key worked on now.</summary>
    public void Add(TKey key)
    {
        lock (_gate)
        {
            var known = _items.GetValueOrDefault(key);
            _items[key] = known with { DueAt = _clock.GetUtcNow(), IsDue = true };
            _added.TrySetResult();
        }
    }

    /// <summary>Goes on until it is cancelled; what is under way then is waited for.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var running = new HashSet<Task>();
        try
        {
            while (true)
            {
                var (key, pause, added) = Next(running.Count < Concurrency);
                if (key is { } due)
                {
                    running.Add(WorkOnAsync(due.Key, cancellation));
                    continue;
                }

                using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                await Task.WhenAny([.. running, added, Task.Delay(pause, _clock, waiting.Token)]);
                await waiting.CancelAsync();
                cancellation.ThrowIfCancellationRequested();
                foreach (var done in running.Where(task => task.IsCompleted).ToList())
                {
                    running.Remove(done);
                    await done;
                }
            }
        }
        finally
        {
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The key that is to be worked on now; else how long there is none, and what says that one was added.</summary>
    private (KeyValuePair<TKey, Item>? Key, TimeSpan Pause, Task Added) Next(bool hasRoom)
    {
        lock (_gate)
        {
            if (_added.Task.IsCompleted)
            {
                _added = NewSignal();
            }

            var now = _clock.GetUtcNow();
            var waiting = _items.Where(item => item.Value is { IsDue: true, IsRunning: false }).ToList();
            var first = waiting.Count == 0 ? default(KeyValuePair<TKey, Item>?) : waiting.MinBy(item => item.Value.DueAt);
            if (first is not { } next || !hasRoom)
            {
                return (null, Timeout.InfiniteTimeSpan, _added.Task);
            }

            if (next.Value.DueAt > now)
            {
                return (null, next.Value.DueAt - now, _added.Task);
            }

            _items[next.Key] = next.Value with { IsDue = false, IsRunning = true };
            return (next, TimeSpan.Zero, _added.Task);
        }
    }

    private async Task WorkOnAsync(TKey key, CancellationToken cancellation)
    {
        TimeSpan? again = null;
        var failed = false;
        try
        {
            again = await _work(key, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            failed = true;
            _failed(key, e);
        }

        lock (_gate)
        {
            var item = _items[key];
            var failures = failed ? item.Failures + 1 : 0;
            var pause = failed ? PauseAfter(failures) : again;
            if (item.IsDue || pause is null)
            {
                // It was added meanwhile; or nothing is known of it any more until it is.
                _items[key] = item with { IsRunning = false, Failures = failures };
                if (!item.IsDue && failures == 0)
                {
                    _items.Remove(key);
                }
            }
            else
            {
                _items[key] = new Item(_clock.GetUtcNow() + pause.Value, IsDue: true, IsRunning: false, failures);
            }
        }
    }

    private TimeSpan PauseAfter(int failures)
    {
        var pause = Math.Min(LongestPause.TotalSeconds, FirstPause.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 20)));
        return TimeSpan.FromSeconds(pause * (0.75 + _random.NextDouble() / 2));
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="DueAt">When it is to be worked on.</param>
    /// <param name="IsDue">Whether it is to be worked on at all.</param>
    /// <param name="IsRunning">Whether it is being worked on.</param>
    /// <param name="Failures">How often it has failed since it did not.</param>
    private readonly record struct Item(DateTimeOffset DueAt, bool IsDue, bool IsRunning, int Failures);
}
