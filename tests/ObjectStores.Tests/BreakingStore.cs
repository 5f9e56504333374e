using System.Buffers;
using System.Runtime.CompilerServices;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.Tests;

/// <summary>A store whose listings break off after some items, as long as it is to break.</summary>
internal sealed class BreakingStore(IObjectStore inner) : IObjectStore
{
    /// <summary>How many items come before.</summary>
    public int BreaksAfter { get; init; }

    /// <summary>How many listings break off, in all.</summary>
    public int Breaks { get; set; }

    /// <summary>How many have.</summary>
    public int Broken { get; private set; }

    public string Name => inner.Name;

    public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation) => inner.GetAsync(key, cancellation);

    public Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation) => inner.OpenReadAsync(key, cancellation);

    public Task<ObjectProperties?> HeadAsync(string key, CancellationToken cancellation) => inner.HeadAsync(key, cancellation);

    public Task<ETag> PutAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation) =>
        inner.PutAsync(key, content, condition, cancellation);

    public Task DeleteAsync(string key, CancellationToken cancellation) => inner.DeleteAsync(key, cancellation);

    public IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, CancellationToken cancellation) =>
        BreakAsync(inner.ListAsync(prefix, cancellation), cancellation);

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellation) =>
        BreakAsync(inner.ListFoldersAsync(prefix, cancellation), cancellation);

    private async IAsyncEnumerable<T> BreakAsync<T>(IAsyncEnumerable<T> items, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var count = 0;
        await foreach (var item in items.WithCancellation(cancellation))
        {
            if (count++ == BreaksAfter && Broken < Breaks)
            {
                Broken++;
                throw new StorageException("b/", "The listing broke off.") { IsRetryable = true };
            }

            yield return item;
        }
    }
}
