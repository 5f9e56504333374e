using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Oso;

/// <summary>Fetches segments while those before them are read. What is not taken is given up at the end, and nobody hears how that went.</summary>
/// <param name="store">Where they are.</param>
/// <param name="cancellation">Ends all fetching.</param>
internal sealed class SegmentsAhead(IObjectStore store, CancellationToken cancellation) : IAsyncDisposable
{
    private readonly CancellationTokenSource _ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private readonly Dictionary<string, Task<StoredObject?>> _fetched = new(StringComparer.Ordinal);

    /// <summary>Begins to fetch, one behind the other. Of a key that comes twice one object is fetched.</summary>
    public void Begin(IEnumerable<ManifestSegment> segments)
    {
        Task before = Task.CompletedTask;
        foreach (var key in segments.Select(segment => segment.Key).Where(key => !_fetched.ContainsKey(key)))
        {
            before = _fetched[key] = FetchAsync(before, key);
        }
    }

    /// <summary>The object of that key, fetched now if it was not before; null when there is none.</summary>
    public Task<StoredObject?> TakeAsync(string key) => _fetched.Remove(key, out var fetched) ? fetched : store.GetAsync(key, cancellation);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await ((Task)Task.WhenAll(_fetched.Values)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
    }

    private Task<StoredObject?> FetchAsync(Task before, string key) => Task.Run(async () =>
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // Whoever takes that one meets its failure.
        return await store.GetAsync(key, _ended.Token);
    }, _ended.Token);
}
