using KafkaBackup.ObjectStores.S3;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Benchmarks;

/// <summary>A prefix of its own in the bucket of the S3 server that KAFKA_BACKUP_TEST_S3 names, as the tests use it.</summary>
internal sealed class BucketFolder
{
    private static readonly string? Endpoint = Environment.GetEnvironmentVariable("KAFKA_BACKUP_TEST_S3") is { Length: > 0 } named ? named : null;
    private static readonly string Bucket = Environment.GetEnvironmentVariable("KAFKA_BACKUP_TEST_S3_BUCKET") ?? "kafka-backups";

    private readonly string _prefix = $"bench/{Guid.NewGuid():N}";

    /// <summary>Whether the environment names a server.</summary>
    public static bool IsThere => Endpoint is not null;

    /// <summary>The lines of the section <c>storage</c>.</summary>
    public IEnumerable<string> Lines =>
        ["backend: s3", $"bucket: {Bucket}", $"prefix: {_prefix}", $"endpoint: {Endpoint}", "allow_http: true"];

    /// <summary>Deletes all that is in it.</summary>
    public async Task ClearAsync()
    {
        using var store = new S3ObjectStore(S3Location.Parse($"s3://{Bucket}/{_prefix}?endpoint={Endpoint}"));
        var keys = new List<string>();
        await foreach (var found in store.ListAsync("", CancellationToken.None))
        {
            keys.Add(found.Key);
        }

        foreach (var key in keys)
        {
            await store.DeleteAsync(key, CancellationToken.None);
        }
    }
}
