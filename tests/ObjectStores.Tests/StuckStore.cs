using System.Buffers;
using System.Runtime.CompilerServices;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.Tests;

/// <summary>A store of which no call ever ends, not even a cancelled one: a network file system whose server is gone.</summary>
internal sealed class StuckStore : IObjectStore
{
    private readonly TaskCompletionSource _never = new();

    public string Name => "stuck";

    public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation) => NeverAsync<StoredObject?>();

    public Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation) => NeverAsync<Stream?>();

    public Task<ObjectProperties?> HeadAsync(string key, CancellationToken cancellation) => NeverAsync<ObjectProperties?>();

    public Task<ETag> PutAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation) => NeverAsync<ETag>();

    public Task DeleteAsync(string key, CancellationToken cancellation) => _never.Task;

    public async IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await _never.Task;
        yield break;
    }

    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await _never.Task;
        yield break;
    }

    private async Task<T> NeverAsync<T>()
    {
        await _never.Task;
        throw new InvalidOperationException("not reached");
    }
}
