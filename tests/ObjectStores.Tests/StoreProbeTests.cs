using System.Buffers;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Shared;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests;

public sealed class StoreProbeTests
{
    private static readonly BackupId Backup = new("b");
    private readonly MemoryObjectStore _inner = new();

    [Fact]
    public async Task A_store_that_keeps_its_promises_passes_and_is_left_as_it_was()
    {
        await StoreProbe.CheckAsync(_inner, Backup, CancellationToken.None);

        Assert.Empty(await _inner.ListAsync("", CancellationToken.None).ToListAsync());
    }

    [Fact]
    public Task A_store_that_ignores_create_only_is_refused() => RefusedAsync(
        new LaxStore(_inner) { Ignored = PutConditionKind.CreateOnly }, "create-only write (If-None-Match)");

    [Fact]
    public Task A_store_that_ignores_compare_and_swap_is_refused() => RefusedAsync(
        new LaxStore(_inner) { Ignored = PutConditionKind.IfMatch }, "compare-and-swap write (If-Match)");

    [Fact]
    public Task A_store_that_swaps_what_is_not_there_is_refused() => RefusedAsync(new LaxStore(_inner) { MakesWhatIsNotThere = true }, "made an object that was not there");

    [Fact]
    public Task A_store_that_gives_back_other_bytes_is_refused() => RefusedAsync(
        new LaxStore(_inner) { Framing = "8;chunk\r\n"u8.ToArray() }, "other bytes than were put");

    private async Task RefusedAsync(IObjectStore store, string what)
    {
        var refused = await Assert.ThrowsAsync<StorageException>(() => StoreProbe.CheckAsync(store, Backup, CancellationToken.None));

        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
        Assert.Contains(store.Name, refused.Message, StringComparison.Ordinal);
        Assert.Empty(await _inner.ListAsync("", CancellationToken.None).ToListAsync());
    }

    /// <summary>A store of the kind that the probe is there for.</summary>
    private sealed class LaxStore(IObjectStore inner) : IObjectStore
    {
        public PutConditionKind? Ignored { get; init; }

        public byte[] Framing { get; init; } = [];

        public string Name => "lax";

        public bool MakesWhatIsNotThere { get; init; }

        public async Task<ETag> PutAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation)
        {
            var isIgnored = condition.Kind == Ignored || (MakesWhatIsNotThere && await inner.HeadAsync(key, cancellation) is null);
            return await inner.PutAsync(
                key, new ReadOnlySequence<byte>([.. Framing, .. content.ToArray()]), isIgnored ? PutCondition.Overwrite : condition, cancellation);
        }

        public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation) => inner.GetAsync(key, cancellation);

        public Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation) => inner.OpenReadAsync(key, cancellation);

        public Task<ObjectProperties?> HeadAsync(string key, CancellationToken cancellation) => inner.HeadAsync(key, cancellation);

        public IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, CancellationToken cancellation) => inner.ListAsync(prefix, cancellation);

        public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellation) => inner.ListFoldersAsync(prefix, cancellation);

        public Task DeleteAsync(string key, CancellationToken cancellation) => inner.DeleteAsync(key, cancellation);
    }
}
