using System.Buffers;
using System.Runtime.CompilerServices;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Testing.Storage;

/// <summary>A store in front of another that logs every call and fails, loses answers or stalls where a test says so.</summary>
public sealed class FaultyObjectStore(IObjectStore inner) : IObjectStore
{
    private readonly Lock _lock = new();
    private readonly List<StoreCall> _calls = [];
    private readonly Dictionary<(StoreOperation, string), int> _counts = [];
    private volatile Func<StoreCall, StoreFault?> _decide = _ => null;

    /// <summary>Decides each call; null lets it pass. Asked in the order of the log and never twice at once, so it may count.</summary>
    public Func<StoreCall, StoreFault?> Decide
    {
        get => _decide;
        set => _decide = value;
    }

    /// <summary>All calls so far, failed ones too, in the order in which they arrived.</summary>
    public IReadOnlyList<StoreCall> Calls
    {
        get
        {
            lock (_lock)
            {
                return [.. _calls];
            }
        }
    }

    public string Name => inner.Name;

    public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation) =>
        CallAsync(StoreOperation.Get, key, null, () => inner.GetAsync(key, cancellation), cancellation);

    public Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation) =>
        CallAsync(StoreOperation.OpenRead, key, null, () => inner.OpenReadAsync(key, cancellation), cancellation);

    public Task<ObjectProperties?> HeadAsync(string key, CancellationToken cancellation) =>
        CallAsync(StoreOperation.Head, key, null, () => inner.HeadAsync(key, cancellation), cancellation);

    public Task<ETag> PutAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation) =>
        CallAsync(StoreOperation.Put, key, condition, () => inner.PutAsync(key, content, condition, cancellation), cancellation);

    public Task DeleteAsync(string key, CancellationToken cancellation) =>
        CallAsync(
            StoreOperation.Delete,
            key,
            null,
            async () =>
            {
                await inner.DeleteAsync(key, cancellation);
                return true;
            },
            cancellation);

    public IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, CancellationToken cancellation) =>
        ListAsync(StoreOperation.List, prefix, inner.ListAsync(prefix, cancellation), cancellation);

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellation) =>
        ListAsync(StoreOperation.ListFolders, prefix, inner.ListFoldersAsync(prefix, cancellation), cancellation);

    /// <summary>A listing is one call, made when its reader asks for the first item.</summary>
    private async IAsyncEnumerable<T> ListAsync<T>(
        StoreOperation operation, string prefix, IAsyncEnumerable<T> listing, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var items = await CallAsync(operation, prefix, null, async () => await listing.ToListAsync(cancellation), cancellation);
        foreach (var item in items)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return item;
        }
    }

    private async Task<T> CallAsync<T>(
        StoreOperation operation, string key, PutCondition? condition, Func<Task<T>> call, CancellationToken cancellation)
    {
        var fault = Arrive(operation, key, condition);
        if (fault is null)
        {
            return await call();
        }

        await fault.Before.WaitAsync(cancellation);
        if (fault.Failure is { Reached: false } refused)
        {
            throw Failed(operation, key, refused);
        }

        var answer = call();
        await ((Task)answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await fault.After.WaitAsync(cancellation);
        return fault.Failure is { } lost && !answer.IsCanceled ? throw Failed(operation, key, lost) : await answer;
    }

    private StoreFault? Arrive(StoreOperation operation, string key, PutCondition? condition)
    {
        lock (_lock)
        {
            var nth = _counts[(operation, key)] = _counts.GetValueOrDefault((operation, key)) + 1;
            var call = new StoreCall(operation, key, condition, nth);
            _calls.Add(call);
            return _decide(call);
        }
    }

    private StorageException Failed(StoreOperation operation, string key, StoreFailure failure) =>
        new(key, $"{operation} of {key} in {Name} failed {(failure.Reached ? "after" : "before")} the store did it: a test wants it so.")
        {
            IsRetryable = failure.Retryable,
        };
}
