using System.Buffers;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Tests.Ledger;

/// <summary>A store in which a test can let something happen before or after a call, and which remembers what was written.</summary>
internal sealed class InterferingStore(IObjectStore inner) : IObjectStore
{
    /// <summary>Called before an object is read, with its key.</summary>
    public Func<string, Task> BeforeGet { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called before an object is written, with its key.</summary>
    public Func<string, Task> BeforePut { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called after an object was written, with its key, before its writer hears of it.</summary>
    public Func<string, Task> AfterPut { get; set; } = _ => Task.CompletedTask;

    /// <summary>The keys that were written or deleted, or that somebody tried to.</summary>
    public List<string> Changes { get; } = [];

    public string Name => inner.Name;

    /// <summary>The failure of a store that is not available.</summary>
    public static StorageException Unavailable(bool isRetryable = true) => new("k", "The store is not available.") { IsRetryable = isRetryable };

    public async Task<StoredObject?> GetAsync(string key, CancellationToken cancellation)
    {
        await BeforeGet(key);
        return await inner.GetAsync(key, cancellation);
    }

    public async Task<ObjectProperties?> HeadAsync(string key, CancellationToken cancellation) => await inner.HeadAsync(key, cancellation);

    public async Task<ETag> PutAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation)
    {
        Changes.Add(key);
        await BeforePut(key);
        var tag = await inner.PutAsync(key, content, condition, cancellation);
        await AfterPut(key);
        return tag;
    }

    public Task DeleteAsync(string key, CancellationToken cancellation)
    {
        Changes.Add(key);
        return inner.DeleteAsync(key, cancellation);
    }

    public Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation) => inner.OpenReadAsync(key, cancellation);

    public IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, CancellationToken cancellation) => inner.ListAsync(prefix, cancellation);

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellation) => inner.ListFoldersAsync(prefix, cancellation);
}
