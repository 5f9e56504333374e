using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

/// <summary>The section <c>storage</c> with a bucket, and the same as an address.</summary>
public sealed class StorageKeysTests
{
    /// <summary>The keys that are tried here.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [
        .. new[]
        {
            "bucket", "region", "endpoint", "access_key", "access_key_id", "secret_key", "secret_access_key", "prefix", "path_style", "allow_http", "checksum_mode",
            "access_key_file", "secret_key_file",
        }.Select(name => $"storage.{name}"),
    ];

    [Fact]
    public void A_bucket_is_all_that_S3_needs() =>
        Assert.Equal(new S3StorageSection { Bucket = "b" }, Yaml.Parse(Yaml.S3).Storage);

    [Fact]
    public void Every_key_has_its_effect() => Assert.Equal(
        new S3StorageSection
        {
            Bucket = "b",
            Region = "eu-1",
            Endpoint = "http://minio:9000",
            AccessKey = "a",
            SecretKey = "s",
            Prefix = "team/kafka",
            PathStyle = false,
            ChecksumMode = ChecksumMode.WhenSupported,
        },
        Read("region: eu-1", "endpoint: http://minio:9000", "allow_http: true", "access_key: a", "secret_key: s", "prefix: /team//kafka/",
            "path_style: false", "checksum_mode: when_supported"));

    [Fact]
    public void Keys_may_have_the_names_of_the_documentation_too() => Assert.Equal(
        new S3StorageSection { Bucket = "b", AccessKey = "a", SecretKey = "s" }, Read("access_key_id: a", "secret_access_key: s"));

    [Fact]
    public void Keys_may_stand_in_files() => Assert.Equal(
        new S3StorageSection { Bucket = "b", AccessKeyFile = "/run/a", SecretKeyFile = "/run/s" }, Read("access_key_file: /run/a", "secret_key_file: /run/s"));

    [Fact]
    public void An_endpoint_of_ones_own_means_path_style_and_plain_checksums() => Assert.Equal(
        (true, ChecksumMode.WhenRequired), Read("endpoint: https://minio:9000") is var section ? (section.PathStyle, section.ChecksumMode) : default);

    [Theory]
    [InlineData("https://b.s3.eu-central-1.amazonaws.com", "host")]
    [InlineData("https://b.s3-fips.us-east-1.amazonaws.com", "host")]
    [InlineData("https://b.fra1.digitaloceanspaces.com", "host")]
    [InlineData("https://B.s3.example.com:9000/", "host")]
    [InlineData("https://minio:9000/b", "path")]
    [InlineData("https://minio:9000/s3/b/", "path")]
    public void An_endpoint_that_holds_the_bucket_is_refused(string endpoint, string where)
    {
        var message = $"holds the name of the bucket in its {where}; give the address of the store without 'b', which storage.bucket names";

        Assert.Equal(("storage.endpoint", message), Yaml.Problem(Yaml.S3 + $"  endpoint: {endpoint}\n") is var problem ? (problem.Path, problem.Message) : default);
        Assert.Contains(message, Assert.Throws<BackupException>(() => S3Location.Parse($"s3://b?endpoint={endpoint}")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://b.example.com")]
    [InlineData("https://b.storage.svc.cluster.local:9000")]
    [InlineData("https://bs.s3.example.com")]
    [InlineData("https://example.com/storage/v1/s3")]
    [InlineData("https://s3.eu-central-1.amazonaws.com")]
    public void An_endpoint_that_only_looks_like_it_is_taken(string endpoint) =>
        Assert.Equal(endpoint, Read($"endpoint: {endpoint}").Endpoint);

    [Theory]
    [InlineData("access_key: \"ABC\\n\"\n  secret_key: s", "access_key", "ABC")]
    [InlineData("access_key: a\n  secret_key: |\n    tOpSeCrEt", "secret_key", "tOpSeCrEt")]
    [InlineData("access_key: a\n  secret_key: ' tOpSeCrEt'", "secret_key", "tOpSeCrEt")]
    public void A_key_with_a_blank_or_line_break_is_refused_and_not_shown(string lines, string key, string secret)
    {
        var problem = Yaml.Problem(Yaml.S3 + $"  {lines}\n");

        Assert.Equal($"storage.{key}", problem.Path);
        Assert.Contains("holds a line break or a blank", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("storage.path", "~/backups")]
    [InlineData("storage.path", "\"~\"")]
    [InlineData("offset_storage.db_path", "~/offsets.db")]
    public void A_home_directory_as_shells_write_it_is_refused(string key, string path)
    {
        var problem = Yaml.Problem(Yaml.With(key, path));

        Assert.Equal((key, $"must be a path without '~', which only a shell replaces: write ${{HOME}} in its place, not '{path.Trim('"')}'"), (problem.Path, problem.Message));
    }

    [Fact]
    public void A_backup_id_that_is_too_long_for_a_folder_is_refused_where_there_are_folders()
    {
        var id = new string('é', 128);

        Assert.Equal("backup_id", Yaml.Problem(Yaml.With("backup_id", id)).Path);
        Assert.Equal(id, Yaml.Parse(Yaml.S3.Replace("nightly", id, StringComparison.Ordinal)).BackupId.Value);
    }

    [Theory]
    [InlineData("endpoint: https://user:tOpSeCrEt@minio:9000")]
    [InlineData("endpoint: user:tOp/SeCrEt@minio:9000")]
    public void A_password_in_an_address_is_not_repeated(string line)
    {
        var problem = Yaml.Problem(Yaml.S3 + $"  {line}\n");

        Assert.EndsWith("…@minio:9000'", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SeCrEt", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "SeCrEt", Assert.Throws<BackupException>(() => S3Location.Parse("s3://key:tOpSeCrEt@bucket/prefix")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("endpoint: http://minio:9000", "endpoint",
        "begins with http://, so everything would travel unencrypted; use https://, or set storage.allow_http to true")]
    [InlineData("endpoint: minio:9000", "endpoint", "must be an address that begins with http:// or https://, without user and password, not 'minio:9000'")]
    [InlineData("access_key: a", "access_key", "needs the other one: give access_key and secret_key both, or neither to use the environment's")]
    [InlineData("secret_access_key: a", "secret_access_key", "needs the other one: give access_key and secret_key both, or neither to use the environment's")]
    [InlineData("access_key_file: a", "access_key_file", "needs the other one: give access_key_file and secret_key_file both")]
    [InlineData("secret_key_file: a", "secret_key_file", "needs the other one: give access_key_file and secret_key_file both")]
    [InlineData("access_key_file: ~/a\n  secret_key_file: s", "access_key_file", "must be a path without '~', which only a shell replaces: write ${HOME} in its place, not '~/a'")]
    [InlineData("checksum_mode: never", "checksum_mode", "must be when_supported or when_required, not 'never'")]
    [InlineData("prefx: a", "prefx", "is no known key; did you mean 'prefix'?")]
    [InlineData("path: /b", "path", "belongs to another backend than the one that is chosen; remove it")]
    public void What_S3_does_not_take_is_refused(string line, string key, string message)
    {
        var problem = Yaml.Problem(Yaml.S3 + $"  {line}\n");

        Assert.Equal(($"storage.{key}", message), (problem.Path, problem.Message));
    }

    [Theory]
    [InlineData("access_key: a\n  secret_key: s", "access_key", "secret_key")]
    [InlineData("access_key_id: a\n  secret_access_key: s", "access_key_id", "secret_access_key")]
    public void Keys_and_files_with_keys_are_not_given_both(string lines, string access, string secret) => Assert.Equal(
        [
            ($"storage.{access}", "is of no use beside access_key_file: give one of them"),
            ($"storage.{secret}", "is of no use beside secret_key_file: give one of them"),
        ],
        Yaml.Problems(Yaml.S3 + $"  {lines}\n  access_key_file: f\n  secret_key_file: g\n").Select(problem => (problem.Path, problem.Message)));

    [Fact]
    public void One_key_under_two_names_is_refused() => Assert.Equal(
        ("storage.access_key_id", "says the same as access_key; give one of them"),
        Yaml.Problem(Yaml.S3 + "  access_key: a\n  access_key_id: a\n  secret_key: s\n") is var problem ? (problem.Path, problem.Message) : default);

    [Fact]
    public void A_bucket_is_no_address() => Assert.Equal(
        "must be the name of a bucket, without s3:// and '/', not 's3://b/p'",
        Yaml.Problem(Yaml.S3.Replace("bucket: b", "bucket: s3://b/p", StringComparison.Ordinal)).Message);

    [Fact]
    public void A_secret_is_not_printed() =>
        Assert.DoesNotContain("sesame", Read("access_key: sesame", "secret_key: sesame").ToString(), StringComparison.Ordinal);

    [Fact]
    public void An_address_says_the_same() => Assert.Equal(
        new S3StorageSection { Bucket = "b", Prefix = "team/k", Endpoint = "http://minio:9000", Region = "eu-1", PathStyle = true, ChecksumMode = ChecksumMode.WhenRequired },
        S3Location.Parse("s3://b/team/k/?endpoint=http%3A%2F%2Fminio:9000&region=eu-1"));

    [Theory]
    [InlineData("s3://", "it names no bucket")]
    [InlineData("s3:///prefix", "it names no bucket")]
    [InlineData("s3://b?endpoint=minio", "its endpoint must be an address")]
    [InlineData("s3://b?colour=red", "'colour' is no option of it")]
    [InlineData("s3://b?region=a&region=b", "'region' is no option of it")]
    [InlineData("s3://b?path_style=yes", "path_style is true or false")]
    public void A_wrong_address_is_refused(string address, string why) =>
        Assert.Contains(why, Assert.Throws<BackupException>(() => S3Location.Parse(address)).Message, StringComparison.Ordinal);

    private static S3StorageSection Read(params string[] lines) =>
        (S3StorageSection)Yaml.Parse(Yaml.S3 + string.Concat(lines.Select(line => $"  {line}\n"))).Storage;
}
