using System.Buffers;
using KafkaBackup.ObjectStores.S3;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Shared;
using KafkaBackup.ObjectStores.Remote;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.S3;

/// <summary>A real server beyond the contract: large objects, refusals, and the probe that each new backup begins with.</summary>
public sealed class S3ServerTests : IAsyncLifetime
{
    private readonly S3TestBucket _bucket = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _bucket.DisposeAsync();

    [SkippableFact]
    public async Task The_probe_finds_the_server_fit_and_leaves_nothing()
    {
        var store = _bucket.Open();

        await StoreProbe.CheckAsync(store, new BackupId("b"), CancellationToken.None);

        Assert.Empty(await store.KeysAsync(""));
    }

    [SkippableTheory]
    [InlineData(ChecksumMode.WhenRequired)]
    [InlineData(ChecksumMode.WhenSupported)]
    public async Task An_object_of_many_parts_is_whole_and_its_tag_can_be_swapped(ChecksumMode checksums)
    {
        await using var bucket = new S3TestBucket(checksums);
        var store = bucket.Open(tuning: new RemoteTuning { PartSize = 5 << 20 });
        var chunks = Enumerable.Range(0, 21).Select(seed => new byte[1 << 20]).ToList();
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
    public async Task A_bucket_that_is_not_there_is_told_to_whoever_lists_it()
    {
        using var store = new S3ObjectStore(S3Location.Parse($"s3://no-such-bucket?endpoint={_bucket.Endpoint}"));

        foreach (var call in (Func<Task>[])[() => store.FoldersAsync(""), () => store.HeadAsync("b/x", CancellationToken.None), () => store.PutAsync("b/x", "x")])
        {
            Assert.Contains("there is no bucket 'no-such-bucket'", (await Assert.ThrowsAsync<StorageException>(call)).Message, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task Wrong_credentials_are_told_apart()
    {
        var place = S3Location.Parse($"s3://{Environment.GetEnvironmentVariable("KAFKA_BACKUP_TEST_S3_BUCKET") ?? "kafka-backups"}?endpoint={_bucket.Endpoint}");
        using var unknown = new S3ObjectStore(place with { AccessKey = "nobody", SecretKey = "secret" });
        using var wrong = new S3ObjectStore(place with { AccessKey = Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID"), SecretKey = "wrong" });

        Assert.Contains("does not know the access key", (await Assert.ThrowsAsync<StorageException>(() => unknown.GetAsync("b/x"))).Message, StringComparison.Ordinal);
        Assert.Contains("does not accept the signature", (await Assert.ThrowsAsync<StorageException>(() => wrong.PutAsync("b/x", "x"))).Message, StringComparison.Ordinal);
    }
}
