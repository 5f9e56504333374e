using System.Buffers;
using System.Runtime.CompilerServices;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Simulation.Tests;

/// <summary>The store as one process sees it: each call waits to be picked, may fail, and may have happened although it failed.</summary>
internal sealed class SimulatedStore(World world, SimulatedProcess process) : IObjectStore
{
    public string Name => "simulated";

    public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation) => Read(() => world.Find(key));

    public Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation) =>
        Read(() => world.Find(key) is { } found ? (Stream?)new MemoryStream(found.Content.ToArray(), writable: false) : null);

    public Task<ObjectProperties?> HeadAsync(string key, CancellationToken cancellation) =>
        Read(() => world.Find(key) is { } found ? new ObjectProperties(key, found.Content.Length, found.ETag) : null);

    public Task<ETag> PutAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation) =>
        world.Scheduler.ParkAsync(process, CallKind.Write, () =>
        {
            var before = world.Find(key);
            var tag = world.Objects.PutAsync(key, content, condition, CancellationToken.None).GetAwaiter().GetResult();
            world.Judge.Written(process, key, before);
            return tag;
        });

    public async IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var found in await Read(() => world.List(prefix)))
        {
            yield return found;
        }
    }

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellation) => throw new NotSupportedException();

    public Task DeleteAsync(string key, CancellationToken cancellation) => world.Scheduler.ParkAsync(process, CallKind.Write, () =>
    {
        world.Judge.Deleting(process, key);
        return world.Objects.DeleteAsync(key, CancellationToken.None).IsCompleted;
    });

    private Task<T> Read<T>(Func<T> call) => world.Scheduler.ParkAsync(process, CallKind.Read, call);
}
