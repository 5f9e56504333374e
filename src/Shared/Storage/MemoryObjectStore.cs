using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace KafkaBackup.Shared.Storage;

/// <summary>Objects in memory, gone with the process: for tests and simulations. Passes the contract suite of every store.</summary>
public sealed class MemoryObjectStore : IObjectStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, StoredObject> _objects = new(StringComparer.Ordinal);
    private long _writes;

    /// <inheritdoc />
    public string Name => "memory";

    /// <inheritdoc />
    public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return Task.FromResult(_objects.GetValueOrDefault(key));
        }
    }

    /// <inheritdoc />
    public async Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation) =>
        await GetAsync(key, cancellation) is { } found ? new MemoryStream(found.Content.ToArray(), writable: false) : null;

    /// <inheritdoc />
    public async Task<ObjectProperties?> HeadAsync(string key, CancellationToken cancellation) =>
        await GetAsync(key, cancellation) is { } found ? new ObjectProperties(key, found.Content.Length, found.ETag) : null;

    /// <inheritdoc />
    public Task<ETag> PutAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var current = _objects.GetValueOrDefault(key);
            var holds = condition.Kind switch
            {
                PutConditionKind.CreateOnly => current is null,
                PutConditionKind.IfMatch => current is not null && current.ETag == condition.Expected,
                _ => true,
            };
            if (!holds)
            {
                return Task.FromException<ETag>(new StorageConflictException(key, $"{key} is not what the writer expected."));
            }

            var tag = new ETag((++_writes).ToString(CultureInfo.InvariantCulture));
            _objects[key] = new StoredObject(content.ToArray(), tag);
            return Task.FromResult(tag);
        }
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (var (key, found) in Snapshot(prefix))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return new ObjectProperties(key, found.Content.Length, found.ETag);
        }

        await Task.CompletedTask;
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var names = Snapshot(prefix).Select(found => found.Key[prefix.Length..]).Where(rest => rest.Contains('/', StringComparison.Ordinal))
            .Select(rest => rest[..rest.IndexOf('/', StringComparison.Ordinal)]).Distinct();
        foreach (var name in names)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return name;
        }

        await Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task DeleteAsync(string key, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_lock)
        {
            _objects.Remove(key);
        }

        return Task.CompletedTask;
    }

    private List<KeyValuePair<string, StoredObject>> Snapshot(string prefix)
    {
        lock (_lock)
        {
            return _objects.Where(found => found.Key.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        }
    }
}
