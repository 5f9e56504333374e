using System.Buffers;
using KafkaBackup.ObjectStores.Azure;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Azure;

/// <summary>A real server beyond the contract: large objects, refusals, and the probe that each new backup begins with.</summary>
public sealed class AzureServerTests : IAsyncLifetime
{
    private readonly AzureTestContainer _container = new();

    public Task InitializeAsync() => _container.MadeAsync();

    public async Task DisposeAsync() => await _container.DisposeAsync();

    [SkippableFact]
    public async Task The_probe_finds_the_server_fit_and_leaves_nothing()
    {
        var store = _container.Open();

        await StoreProbe.CheckAsync(store, new BackupId("b"), CancellationToken.None);

        Assert.Empty(await store.KeysAsync(""));
    }

    [SkippableFact]
    public async Task An_object_of_many_blocks_is_whole_and_its_tag_can_be_swapped()
    {
        var store = _container.Open(tuning: new RemoteTuning { PartSize = 2 << 20 });
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
    public async Task A_container_that_is_not_there_is_told_to_whoever_asks()
    {
        using var store = new AzureObjectStore(_container.Section with { ContainerName = "no-such-container" });

        foreach (var call in (Func<Task>[])[
            () => store.FoldersAsync(""), () => store.HeadAsync("b/x", CancellationToken.None), () => store.GetAsync("b/x"), () => store.DeleteAsync("b/x"),
            () => store.PutAsync("b/x", "x"), () => store.PutAsync("b/x", "x", PutCondition.IfMatch(new ETag("0x1")))])
        {
            Assert.Contains("there is no container 'no-such-container'", (await Assert.ThrowsAsync<StorageException>(call)).Message, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task Wrong_credentials_are_told_and_not_shown()
    {
        var wrong = Convert.ToBase64String("tOpSeCrEt"u8);
        using var store = new AzureObjectStore(_container.Section with { AccountKey = wrong });

        var failed = await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/x", "x"));

        // Azurite calls it AuthorizationFailure, where Azure says AuthenticationFailed.
        Assert.Contains("denies access", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(wrong, failed.ToString(), StringComparison.Ordinal);
    }
}
