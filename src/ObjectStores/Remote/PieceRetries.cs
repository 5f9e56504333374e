using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.Remote;

/// <summary>Repeats a piece of an operation, a part of an upload or a page of a listing, so that the whole need not begin again.</summary>
/// <remarks>A few times at once and no more: patience is for <see cref="RetryingObjectStore"/>, which repeats the whole.</remarks>
internal sealed class PieceRetries(RemoteTuning tuning, TimeProvider clock, Random random)
{
    /// <summary>Sends it, and again while its failure is one that passes.</summary>
    /// <exception cref="StorageException">The last try's failure.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> send, CancellationToken cancellation)
    {
        var start = clock.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await send();
            }
            catch (StorageException e) when (e.IsRetryable && tries < tuning.MaxTries && clock.GetElapsedTime(start) < tuning.RetryWindow)
            {
                await Task.Delay(tuning.FirstPause * (Math.Pow(2, tries - 1) * Jitter()), clock, cancellation);
            }
        }
    }

    private double Jitter()
    {
        lock (random) // Many calls share one, and it is for one thread at a time.
        {
            return random.NextDouble();
        }
    }
}
