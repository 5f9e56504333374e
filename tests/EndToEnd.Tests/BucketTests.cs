using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.ObjectStores.S3;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>The whole program on the S3 server that the environment names.</summary>
public sealed class BucketTests : BrokerTest
{
    private const int Storage = 5;
    private static readonly string? Endpoint = Environment.GetEnvironmentVariable("KAFKA_BACKUP_TEST_S3");
    private static readonly string Bucket = Environment.GetEnvironmentVariable("KAFKA_BACKUP_TEST_S3_BUCKET") ?? "kafka-backups";

    [SkippableFact]
    public async Task A_backup_in_a_bucket_is_continued_and_read_from_there()
    {
        Skip.If(Endpoint is null, "KAFKA_BACKUP_TEST_S3 names no S3 server (its endpoint, such as http://127.0.0.1:9000).");
        var partition = new PartitionId(await NewTopicAsync(), 0);
        var produced = await Broker.ProduceAsync(partition, SampleRecords.Plain(600));
        var prefix = $"end-to-end/{Guid.NewGuid():N}";
        var address = $"s3://{Bucket}/{prefix}?endpoint={Endpoint}";
        using var store = new S3ObjectStore(S3Location.Parse(address));
        var backup = NewBackup(partition.Topic);
        backup.Config = backup.Config with
        {
            Storage = ["backend: s3", $"bucket: {Bucket}", $"prefix: {prefix}", $"endpoint: {Endpoint}", "allow_http: true"],
        };

        var first = await backup.SucceedAsync();
        produced.Add(await Broker.ProduceAsync(partition, SampleRecords.Plain(40)));
        var second = await backup.SucceedAsync();
        var third = await backup.SucceedAsync();
        var list = await CliRun.RunAsync("list", "--path", address);
        var one = await CliRun.RunAsync("list", "--path", address, "--backup-id", backup.Id);
        await TakeHomeAsync(store, backup.Store);

        first.AssertSays($"Offset database synced to s3://{Bucket}/{prefix}/{backup.Id}/offsets.db");
        second.AssertSays("Resuming from saved offsets");
        third.AssertSays("Backed up 0 new records across 1 topic");
        Assert.Equal($"Available backups:\n  - {backup.Id}\n", list.AssertExit(0).Output);
        Assert.Contains(partition.Topic, one.AssertExit(0).Output, StringComparison.Ordinal);
        StoredRecords.AssertExactly(backup, produced);
    }

    [SkippableFact]
    public async Task A_bucket_that_is_not_there_is_refused_in_a_sentence()
    {
        Skip.If(Endpoint is null, "KAFKA_BACKUP_TEST_S3 names no S3 server (its endpoint, such as http://127.0.0.1:9000).");

        var result = await CliRun.RunAsync("list", "--path", $"s3://no-such-bucket/x?endpoint={Endpoint}");

        result.AssertExit(Storage);
        Assert.Contains("there is no bucket 'no-such-bucket'", result.Error, StringComparison.Ordinal);
    }

    /// <summary>Moves all objects into a directory, where the checks of stored records look.</summary>
    private static async Task TakeHomeAsync(S3ObjectStore store, string directory)
    {
        await foreach (var found in store.ListAsync("", CancellationToken.None))
        {
            var path = Path.Combine(directory, found.Key);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await using (var content = (await store.OpenReadAsync(found.Key, CancellationToken.None))!)
            await using (var file = File.Create(path))
            {
                await content.CopyToAsync(file);
            }

            await store.DeleteAsync(found.Key, CancellationToken.None);
        }
    }
}
