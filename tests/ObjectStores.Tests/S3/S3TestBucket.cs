using KafkaBackup.Shared.Configuration;
using KafkaBackup.ObjectStores.S3;
using KafkaBackup.ObjectStores.Remote;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.S3;

/// <summary>A prefix of its own in the bucket of the S3 server that the environment names, and clients of it. Empty again in the end.</summary>
internal sealed class S3TestBucket : IAsyncDisposable
{
    private readonly List<S3ObjectStore> _clients = [];
    private readonly S3StorageSection _section;

    public S3TestBucket(ChecksumMode checksums = ChecksumMode.WhenRequired)
    {
        var endpoint = Environment.GetEnvironmentVariable("KAFKA_BACKUP_TEST_S3");
        Skip.If(endpoint is null, "KAFKA_BACKUP_TEST_S3 names no S3 server (its endpoint, such as http://127.0.0.1:9000).");
        _section = new S3StorageSection
        {
            Bucket = Environment.GetEnvironmentVariable("KAFKA_BACKUP_TEST_S3_BUCKET") ?? "kafka-backups",
            Prefix = $"tests/{Guid.NewGuid():N}",
            Endpoint = endpoint,
            Region = Environment.GetEnvironmentVariable("AWS_REGION"),
            PathStyle = true,
            ChecksumMode = checksums,
        };
    }

    public Uri Endpoint => new(_section.Endpoint!);

    /// <summary>Another client, with connections of its own.</summary>
    /// <param name="endpoint">The way to the server. Default: the direct one.</param>
    /// <param name="tuning">Patience and sizes.</param>
    /// <param name="keyFiles">Files with the keys. Default: those of the environment.</param>
    public S3ObjectStore Open(Uri? endpoint = null, RemoteTuning? tuning = null, (string Access, string Secret)? keyFiles = null)
    {
        var client = new S3ObjectStore(
            _section with { Endpoint = (endpoint ?? Endpoint).ToString(), AccessKeyFile = keyFiles?.Access, SecretKeyFile = keyFiles?.Secret }, tuning);
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
