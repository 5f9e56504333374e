using Azure.Storage;
using Azure.Storage.Blobs;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>The whole program on the servers of object stores that the environment names.</summary>
public sealed class BucketTests : BrokerTest
{
    private const int Storage = 5;
    private const string Container = "kafka-backups";
    private const string Account = "devstoreaccount1";

    /// <summary>The kinds of store.</summary>
    public static TheoryData<string> Backends => ["s3", "gcs", "azure"];

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public async Task A_backup_in_a_bucket_is_continued_and_read_from_there(string backend)
    {
        var (address, storage) = await BucketOfAsync(backend);
        var partition = new PartitionId(await NewTopicAsync(), 0);
        var produced = await Broker.ProduceAsync(partition, SampleRecords.Plain(600));
        using var store = Stores.OpenToRead(StoreLocation.Parse(address));
        var backup = NewBackup(partition.Topic);
        backup.Config = backup.Config with { Storage = storage };

        var first = await backup.SucceedAsync();
        produced.Add(await Broker.ProduceAsync(partition, SampleRecords.Plain(40)));
        var second = await backup.SucceedAsync();
        var third = await backup.SucceedAsync();
        var list = await CliRun.RunAsync("list", "--path", address);
        var one = await CliRun.RunAsync("list", "--path", address, "--backup-id", backup.Id);
        var valid = await CliRun.RunAsync("validate", "--path", address, "--backup-id", backup.Id, "--deep");
        var restored = await backup.RestoreAsync(new Dictionary<string, string>(StringComparer.Ordinal) { [partition.Topic] = Name("restored") });
        await TakeHomeAsync(store, backup.Store);

        first.AssertSays($"Offset database synced to {store.Name}/{backup.Id}/offsets.db");
        second.AssertSays("Resuming from saved offsets");
        third.AssertSays("Backed up 0 new records across 1 topic");
        Assert.Equal($"Available backups:\n  - {backup.Id}\n", list.AssertExit(0).Output);
        Assert.Contains(partition.Topic, one.AssertExit(0).Output, StringComparison.Ordinal);
        valid.AssertExit(0);
        restored.AssertExit(0);
        StoredRecords.AssertExactly(backup, produced);
        await AssertRestoredAsync(Name("restored"), produced);
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public async Task A_bucket_that_is_not_there_is_refused_in_a_sentence(string backend)
    {
        var (address, _) = await BucketOfAsync(backend, "no-such-bucket");

        var result = await CliRun.RunAsync("list", "--path", address);

        result.AssertExit(Storage);
        Assert.Contains($"there is no {(backend == "azure" ? "container" : "bucket")} 'no-such-bucket'", result.Error, StringComparison.Ordinal);
    }

    /// <summary>A place that nobody else uses, as <c>--path</c> and as the section <c>storage</c> name it.</summary>
    private static async Task<(string Address, string[] Storage)> BucketOfAsync(string backend, string? bucket = null)
    {
        var variable = $"KAFKA_BACKUP_TEST_{backend.ToUpperInvariant()}";
        var endpoint = Environment.GetEnvironmentVariable(variable);
        Skip.If(endpoint is null, $"{variable} names no server (its endpoint, such as http://127.0.0.1:9000).");
        if (backend == "azure" && bucket is null)
        {
            await MakeContainerAsync(new Uri($"{endpoint}/{Container}"));
        }

        bucket ??= backend == "azure" ? Container : Environment.GetEnvironmentVariable($"{variable}_BUCKET") ?? Container;
        var prefix = $"end-to-end/{Guid.NewGuid():N}";
        var (place, names) = backend switch
        {
            "azure" => ($"azure://{bucket}@{Account}", new[] { $"account_name: {Account}", $"container_name: {bucket}" }),
            "gcs" => ($"gs://{bucket}", [$"bucket: {bucket}"]),
            _ => ($"s3://{bucket}", [$"bucket: {bucket}"]),
        };
        return ($"{place}/{prefix}?endpoint={endpoint}", [$"backend: {backend}", .. names, $"prefix: {prefix}", $"endpoint: {endpoint}", "allow_http: true"]);
    }

    private static async Task MakeContainerAsync(Uri address)
    {
        var key = Environment.GetEnvironmentVariable("AZURE_STORAGE_KEY");
        Skip.If(key is null, "AZURE_STORAGE_KEY does not hold the key of the emulator's account.");
        var options = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2023_11_03);
        await new BlobContainerClient(address, new StorageSharedKeyCredential(Account, key), options).CreateIfNotExistsAsync();
    }

    /// <summary>Moves all objects into a directory, where the checks of stored records look.</summary>
    private static async Task TakeHomeAsync(IObjectStore store, string directory)
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
