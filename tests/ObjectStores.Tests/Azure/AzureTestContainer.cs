using Azure.Storage;
using Azure.Storage.Blobs;
using KafkaBackup.ObjectStores.Azure;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Azure;

/// <summary>A prefix of its own in a container of the server that the environment names, and clients of it. Empty again in the end.</summary>
internal sealed class AzureTestContainer : IAsyncDisposable
{
    /// <summary>The account that every emulator has, and its key, which is no secret.</summary>
    public const string Account = "devstoreaccount1";

    public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly List<AzureObjectStore> _clients = [];

    public AzureTestContainer()
    {
        var endpoint = Environment.GetEnvironmentVariable("KAFKA_BACKUP_TEST_AZURE");
        Skip.If(endpoint is null, "KAFKA_BACKUP_TEST_AZURE names no Azurite (the address of its account, such as http://127.0.0.1:10000/devstoreaccount1).");
        Section = new AzureStorageSection
        {
            AccountName = Account,
            AccountKey = Key,
            ContainerName = "kafka-backups",
            Prefix = $"tests/{Guid.NewGuid():N}",
            Endpoint = endpoint,
        };
    }

    public AzureStorageSection Section { get; }

    public Uri Endpoint => new(Section.Endpoint!);

    /// <summary>Makes the container, unless it is there.</summary>
    public async Task<AzureTestContainer> MadeAsync()
    {
        await new BlobContainerClient(
            new Uri($"{Section.Endpoint}/{Section.ContainerName}"), new StorageSharedKeyCredential(Account, Key), new(BlobClientOptions.ServiceVersion.V2023_11_03))
            .CreateIfNotExistsAsync();
        return this;
    }

    /// <summary>Another client, with connections of its own.</summary>
    /// <param name="endpoint">The way to the server. Default: the direct one.</param>
    /// <param name="tuning">Patience and sizes.</param>
    public AzureObjectStore Open(Uri? endpoint = null, RemoteTuning? tuning = null)
    {
        var place = endpoint is null ? Section.Endpoint : $"{endpoint.GetLeftPart(UriPartial.Authority)}{Endpoint.AbsolutePath}";
        var client = new AzureObjectStore(Section with { Endpoint = place }, tuning);
        _clients.Add(client);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        var store = Open();
        foreach (var key in await store.KeysAsync(""))
        {
            await store.DeleteAsync(key);
        }

        _clients.ForEach(client => client.Dispose());
    }
}
