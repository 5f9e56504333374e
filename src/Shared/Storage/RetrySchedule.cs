namespace KafkaBackup.Shared.Storage;

/// <summary>Tries a storage call again while its failure is of the kind that passes, with growing, jittered pauses.</summary>
/// <param name="clock">Owns the pauses.</param>
/// <param name="random">The jitter, so that many nodes do not come back in step.</param>
public sealed class RetrySchedule(TimeProvider clock, Random random)
{
    /// <summary>How often a call is made at most.</summary>
    public int MaxTries { get; init; } = 6;

    /// <summary>The longest first pause; each further one may be twice as long.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>No further try begins this long after the first one. Default: however long it takes.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.MaxValue;

    /// <summary>Makes the call, again and again if need be.</summary>
    /// <exception cref="StorageException">The last try's failure.</exception>
    public Task<T> RunAsync<T>(Func<Task<T>> call, CancellationToken cancellation) => RunAsync(call, _ => true, cancellation);

    /// <summary>Makes the call, and again while its failure passes and is one of those that <paramref name="isSafe"/> to repeat.</summary>
    /// <exception cref="StorageException">The last try's failure.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> call, Func<StorageException, bool> isSafe, CancellationToken cancellation)
    {
        var start = clock.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await call();
            }
            catch (StorageException e) when (e.IsRetryable && tries < MaxTries && isSafe(e) && clock.GetElapsedTime(start) < Window)
            {
                await Task.Delay(FirstPause * (Math.Pow(2, tries - 1) * Jitter()), clock, cancellation);
            }
        }
    }

    private double Jitter()
    {
        lock (random) // Many calls share one schedule, and Random is for one thread at a time.
        {
            return random.NextDouble();
        }
    }
}
