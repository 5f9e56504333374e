using System.Buffers;
using KafkaBackup.ObjectStores.Gcs;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Gcs;

/// <summary>A real server beyond the contract: large objects, many objects, refusals, and the probe that each new backup begins with.</summary>
public sealed class GcsServerTests : IAsyncLifetime
{
    private readonly GcsTestBucket _bucket = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _bucket.DisposeAsync();

    [SkippableFact]
    public async Task The_probe_finds_the_server_fit_and_leaves_nothing()
    {
        var store = _bucket.Open();

        await StoreProbe.CheckAsync(store, new BackupId("b"), CancellationToken.None);

        Assert.Empty(await store.KeysAsync(""));
    }

    [SkippableFact]
    public async Task An_object_of_many_pieces_is_whole_and_its_tag_can_be_swapped()
    {
        var store = _bucket.Open(tuning: new RemoteTuning { PartSize = 1 << 20 });
        var chunks = Enumerable.Range(0, 21).Select(_ => new byte[1 << 20]).ToList();
        var random = new Random(3);
        chunks.ForEach(random.NextBytes);
        var content = StoreTexts.Sequence(chunks.Select(chunk => new ReadOnlyMemory<byte>(chunk)));

        var tag = await store.PutAsync("b/large", content, PutCondition.CreateOnly, CancellationToken.None);

        Assert.Equal(content.ToArray(), (await store.GetAsync("b/large"))!.Content.ToArray());
        Assert.Equal(new ObjectProperties("b/large", 21 << 20, tag), await store.HeadAsync("b/large", CancellationToken.None));
        await Assert.ThrowsAsync<StorageConflictException>(() => store.PutAsync("b/large", content, PutCondition.CreateOnly, CancellationToken.None));
        await store.PutAsync("b/large", "small", PutCondition.IfMatch(tag));
        await Assert.ThrowsAsync<StorageConflictException>(() => store.PutAsync("b/large", content, PutCondition.IfMatch(tag), CancellationToken.None));
        Assert.Equal("small", await store.TextAsync("b/large"));
    }

    [SkippableFact]
    public async Task More_objects_than_a_page_has_are_all_listed()
    {
        var store = _bucket.Open();
        var keys = Enumerable.Range(0, 1_100).Select(i => $"b{i % 3}/{i:D4}").ToList();
        await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (key, _) => await store.PutAsync(key, "x"));

        Assert.Equal(keys.Order(StringComparer.Ordinal), await store.KeysAsync(""));
        Assert.Equal(["b0", "b1", "b2"], await store.FoldersAsync(""));
    }

    [SkippableFact]
    public async Task A_bucket_that_is_not_there_is_told_to_whoever_asks()
    {
        using var store = new GcsObjectStore(GcsLocation.Parse($"gs://no-such-bucket?endpoint={_bucket.Endpoint}"));

        foreach (var call in (Func<Task>[])[
            () => store.FoldersAsync(""), () => store.HeadAsync("b/x", CancellationToken.None), () => store.GetAsync("b/x"), () => store.DeleteAsync("b/x"),
            () => store.PutAsync("b/x", "x"), () => store.PutAsync("b/x", "x", PutCondition.IfMatch(new ETag("1")))])
        {
            Assert.Contains("there is no bucket 'no-such-bucket'", (await Assert.ThrowsAsync<StorageException>(call)).Message, StringComparison.Ordinal);
        }
    }
}
