using System.Buffers;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.PartitionWorkers.Tests.Backup;

/// <summary>A store whose PUTs wait for a gate and do not heed cancellation, as a request that has left the machine does not.</summary>
internal sealed class DeafStore(IObjectStore inner) : IObjectStore
{
    public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => inner.Name;

    public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation) => inner.GetAsync(key, cancellation);

    public Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation) => inner.OpenReadAsync(key, cancellation);

    public Task<ObjectProperties?> HeadAsync(string key, CancellationToken cancellation) => inner.HeadAsync(key, cancellation);

    public async Task<ETag> PutAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation)
    {
        await Gate.Task;
        return await inner.PutAsync(key, content, condition, CancellationToken.None);
    }

    public IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, CancellationToken cancellation) => inner.ListAsync(prefix, cancellation);

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellation) => inner.ListFoldersAsync(prefix, cancellation);

    public Task DeleteAsync(string key, CancellationToken cancellation) => inner.DeleteAsync(key, cancellation);
}
