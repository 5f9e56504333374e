using KafkaBackup.ObjectStores.Gcs;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Gcs;

/// <summary>A prefix of its own in the bucket of the server that the environment names, and clients of it. Empty again in the end.</summary>
internal sealed class GcsTestBucket : IAsyncDisposable
{
    private readonly List<GcsObjectStore> _clients = [];
    private readonly GcsStorageSection _section;

    public GcsTestBucket()
    {
        var endpoint = Environment.GetEnvironmentVariable("KAFKA_BACKUP_TEST_GCS");
        Skip.If(endpoint is null, "KAFKA_BACKUP_TEST_GCS names no server of Cloud Storage (its endpoint, such as http://127.0.0.1:4443).");
        _section = new GcsStorageSection
        {
            Bucket = Environment.GetEnvironmentVariable("KAFKA_BACKUP_TEST_GCS_BUCKET") ?? "kafka-backups",
            Prefix = $"tests/{Guid.NewGuid():N}",
            Endpoint = endpoint,
        };
    }

    public Uri Endpoint => new(_section.Endpoint!);

    /// <summary>Another client, with connections of its own.</summary>
    /// <param name="endpoint">The way to the server. Default: the direct one.</param>
    /// <param name="tuning">Patience and sizes.</param>
    public GcsObjectStore Open(Uri? endpoint = null, RemoteTuning? tuning = null)
    {
        var client = new GcsObjectStore(_section with { Endpoint = (endpoint ?? Endpoint).ToString() }, tuning);
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
