using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

/// <summary>The section <c>storage</c> with a bucket of Google Cloud Storage, and the same as an address.</summary>
public sealed class GcsKeysTests
{
    /// <summary>The keys that are tried here.</summary>
    public static IReadOnlyList<string> Keys { get; } =
        [.. new[] { "bucket", "prefix", "service_account_path", "endpoint", "allow_http" }.Select(name => $"storage.{name}")];

    [Fact]
    public void A_bucket_is_all_that_it_needs() => Assert.Equal(new GcsStorageSection { Bucket = "b" }, Yaml.Parse(Yaml.Gcs).Storage);

    [Fact]
    public void Every_key_has_its_effect() => Assert.Equal(
        new GcsStorageSection { Bucket = "b", Prefix = "team/kafka", ServiceAccountPath = "/etc/key.json", Endpoint = "http://emulator:4443", Patience = TimeSpan.FromSeconds(9) },
        Read("prefix: /team//kafka/", "service_account_path: /etc/key.json", "endpoint: http://emulator:4443", "allow_http: true", "patience_secs: 9"));

    [Theory]
    [InlineData("endpoint: http://emulator:4443", "endpoint",
        "begins with http://, so everything would travel unencrypted; use https://, or set storage.allow_http to true")]
    [InlineData("endpoint: emulator:4443", "endpoint", "must be an address that begins with http:// or https://, without user and password, not 'emulator:4443'")]
    [InlineData("service_account_path: ~/key.json", "service_account_path",
        "must be a path without '~', which only a shell replaces: write ${HOME} in its place, not '~/key.json'")]
    [InlineData("region: eu-1", "region", "belongs to another backend than the one that is chosen; remove it")]
    [InlineData("access_key: a", "access_key", "belongs to another backend than the one that is chosen; remove it")]
    [InlineData("project_id: p", "project_id", "has no effect in OSO kafka-backup; the name of a bucket is enough; remove it")]
    [InlineData("service_account: a", "service_account", "is no known key; did you mean 'service_account_path'?")]
    public void What_it_does_not_take_is_refused(string line, string key, string message)
    {
        var problem = Yaml.Problem(Yaml.Gcs + $"  {line}\n");

        Assert.Equal(($"storage.{key}", message), (problem.Path, problem.Message));
    }

    [Fact]
    public void The_content_of_a_key_file_in_place_of_its_path_is_refused_and_not_shown()
    {
        var problem = Yaml.Problem(Yaml.Gcs + "  service_account_path: '{\"private_key\": \"tOpSeCrEt\"}'\n");

        Assert.Equal(("storage.service_account_path", "must be the path of a file, not what stands in it"), (problem.Path, problem.Message));
    }

    [Fact]
    public void A_bucket_is_required_and_no_address()
    {
        Assert.Equal("storage.bucket", Yaml.Problem(Yaml.Gcs.Replace("  bucket: b\n", "", StringComparison.Ordinal)).Path);
        Assert.Equal(
            "must be the name of a bucket, without gs:// and '/', not 'gs://b/p'",
            Yaml.Problem(Yaml.Gcs.Replace("bucket: b", "bucket: gs://b/p", StringComparison.Ordinal)).Message);
    }

    [Theory]
    [InlineData("gs://bucket")]
    [InlineData("gs://bucket/some/prefix")]
    [InlineData("gs://bucket/a%20b/%3F%26")]
    [InlineData("gs://bucket/p?endpoint=http://127.0.0.1:4443")]
    public void An_address_is_written_as_it_is_read(string address)
    {
        Assert.Equal(address, GcsLocation.Format(GcsLocation.Parse(address)));
        Assert.Equal(GcsLocation.Parse(address), StoreLocation.Parse("gcs" + address["gs".Length..]));
    }

    [Fact]
    public void An_address_says_the_same() => Assert.Equal(
        new GcsStorageSection { Bucket = "b", Prefix = "team/k", Endpoint = "http://emulator:4443" },
        StoreLocation.Parse("gs://b/team//k/?endpoint=http%3A%2F%2Femulator:4443"));

    [Theory]
    [InlineData("gs://", "it names no bucket")]
    [InlineData("gcs:///prefix", "it names no bucket")]
    [InlineData("gs://b?endpoint=emulator", "its endpoint must be an address")]
    [InlineData("gs://b?region=eu", "'region' is no option of it; known is endpoint, once as name=value")]
    [InlineData("gs://b?endpoint=http://a&endpoint=http://a", "'endpoint' is no option of it")]
    public void A_wrong_address_is_refused(string address, string why) =>
        Assert.Contains(why, Assert.Throws<BackupException>(() => StoreLocation.Parse(address)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("s3://b/p", typeof(S3StorageSection))]
    [InlineData("gs://b/p", typeof(GcsStorageSection))]
    [InlineData("/backups", typeof(FileSystemStorageSection))]
    [InlineData("gs:/b", typeof(FileSystemStorageSection))]
    public void An_address_tells_the_kind_of_store(string address, Type kind) => Assert.IsType(kind, StoreLocation.Parse(address));

    private static GcsStorageSection Read(params string[] lines) =>
        (GcsStorageSection)Yaml.Parse(Yaml.Gcs + string.Concat(lines.Select(line => $"  {line}\n"))).Storage;
}
