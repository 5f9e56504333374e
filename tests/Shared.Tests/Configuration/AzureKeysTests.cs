using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

/// <summary>The section <c>storage</c> with a container of Azure Blob Storage, and the same as an address.</summary>
public sealed class AzureKeysTests
{
    private const string Unencrypted = "begins with http://, so everything would travel unencrypted; use https://, or set storage.allow_http to true";

    /// <summary>The keys that are tried here.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [
        .. new[]
        {
            "account_name", "container_name", "prefix", "endpoint", "allow_http", "account_key", "sas_token", "client_id", "tenant_id", "client_secret",
            "use_workload_identity", "account_key_file", "sas_token_file", "client_id_file", "tenant_id_file", "client_secret_file",
        }.Select(name => $"storage.{name}"),
    ];

    [Fact]
    public void Account_and_container_are_all_that_it_needs() =>
        Assert.Equal(new AzureStorageSection { AccountName = "a", ContainerName = "c" }, Yaml.Parse(Yaml.Azure).Storage);

    [Fact]
    public void Every_key_has_its_effect() => Assert.Equal(
        new AzureStorageSection
        {
            AccountName = "a",
            ContainerName = "c",
            Prefix = "team/kafka",
            Endpoint = "http://azurite:10000/a",
            AccountKey = "a2V5",
            SasToken = "sv=1&sig=x%3D",
            ClientId = "client",
            TenantId = "tenant",
            ClientSecret = "secret",
            UseWorkloadIdentity = true,
            Patience = TimeSpan.FromSeconds(9),
        },
        Read("prefix: /team//kafka/", "endpoint: http://azurite:10000/a", "allow_http: true", "account_key: a2V5", "sas_token: sv=1&sig=x%3D", "client_id: client",
            "tenant_id: tenant", "client_secret: secret", "use_workload_identity: true", "patience_secs: 9"));

    [Fact]
    public void Secrets_may_stand_in_files() => Assert.Equal(
        new AzureStorageSection
        {
            AccountName = "a",
            ContainerName = "c",
            AccountKeyFile = "/run/k",
            SasTokenFile = "/run/s",
            ClientIdFile = "/run/i",
            TenantIdFile = "/run/t",
            ClientSecretFile = "/run/c",
        },
        Read("account_key_file: /run/k", "sas_token_file: /run/s", "client_id_file: /run/i", "tenant_id_file: /run/t", "client_secret_file: /run/c"));

    [Theory]
    [InlineData("endpoint: http://azurite:10000/a", "endpoint", Unencrypted)]
    [InlineData("endpoint: azurite", "endpoint", "must be an address that begins with http:// or https://, without user and password, not 'azurite'")]
    [InlineData("endpoint: https://a.blob.example.com/c", "endpoint",
        "holds the name of the container in its path; give the address of the account without 'c', which storage.container_name names")]
    [InlineData("client_secret: s", "client_secret", "needs the others: give client_id, tenant_id and client_secret")]
    [InlineData("client_id: i\n  client_secret: s", "client_secret", "needs the others: give client_id, tenant_id and client_secret")]
    [InlineData("client_secret_file: s", "client_secret_file", "needs the others: give client_id or client_id_file, and tenant_id or tenant_id_file")]
    [InlineData("client_id_file: i\n  client_secret_file: s", "client_secret_file", "needs the others: give client_id or client_id_file, and tenant_id or tenant_id_file")]
    [InlineData("tenant_id: t\n  client_secret_file: s", "client_secret_file", "needs the others: give client_id or client_id_file, and tenant_id or tenant_id_file")]
    [InlineData("client_id_file: i", "client_id_file", "is of no use without client_secret_file")]
    [InlineData("tenant_id_file: i", "tenant_id_file", "is of no use without client_secret_file")]
    [InlineData("sas_token: s\n  sas_token_file: f", "sas_token", "is of no use beside sas_token_file: give one of them")]
    [InlineData("account_key: a2V5\n  account_key_file: f", "account_key", "is of no use beside account_key_file: give one of them")]
    [InlineData("client_id: i\n  tenant_id: t\n  client_secret: s\n  client_secret_file: f", "client_secret", "is of no use beside client_secret_file: give one of them")]
    [InlineData("client_id: i\n  client_id_file: f\n  tenant_id: t\n  client_secret_file: f", "client_id", "is of no use beside client_id_file: give one of them")]
    [InlineData("access_key_file: b", "access_key_file", "belongs to another backend than the one that is chosen; remove it")]
    [InlineData("use_workload_identity: maybe", "use_workload_identity", "must be true or false, not 'maybe'")]
    [InlineData("bucket: b", "bucket", "belongs to another backend than the one that is chosen; remove it")]
    [InlineData("acount_key: b", "acount_key", "is no known key; did you mean 'account_key'?")]
    public void What_it_does_not_take_is_refused(string line, string key, string message)
    {
        var problem = Yaml.Problem(Yaml.Azure + $"  {line}\n");

        Assert.Equal(($"storage.{key}", message), (problem.Path, problem.Message));
    }

    [Theory]
    [InlineData("account_key: tOpSeCrEt!", "account_key", "must be a key as Azure shows it, in base64")]
    [InlineData("account_key: \"dE9wU2VDckV0\\n\"", "account_key", "holds a line break or a blank")]
    [InlineData("sas_token: sig=tOp SeCrEt", "sas_token", "holds a line break or a blank")]
    [InlineData("client_id: i\n  tenant_id: t\n  client_secret: tOp SeCrEt", "client_secret", "holds a line break or a blank")]
    public void A_secret_that_is_wrong_is_told_and_not_shown(string line, string key, string message)
    {
        var problem = Yaml.Problem(Yaml.Azure + $"  {line}\n");

        Assert.Equal($"storage.{key}", problem.Path);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SeCrEt", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("dE9w", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_are_not_printed() => Assert.DoesNotContain(
        "c2VzYW1l", Read("account_key: c2VzYW1l", "sas_token: c2VzYW1l", "client_id: i", "tenant_id: t", "client_secret: c2VzYW1l").ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("account_name", "a.blob.core.windows.net", "must be the name of a storage account, without its domain, not 'a.blob.core.windows.net'")]
    [InlineData("container_name", "c/p", "must be the name of a container, without azure:// and '/', not 'c/p'")]
    public void Account_and_container_are_names(string key, string value, string message)
    {
        var yaml = Yaml.Azure.Replace($"{key}: {key[0]}\n", $"{key}: {value}\n", StringComparison.Ordinal);

        Assert.Equal(($"storage.{key}", message), Yaml.Problem(yaml) is var problem ? (problem.Path, problem.Message) : default);
        Assert.Equal("is required", Yaml.Problem(Yaml.Azure.Replace($"  {key}: {key[0]}\n", "", StringComparison.Ordinal)).Message);
    }

    [Theory]
    [InlineData("azure://c@a", "azure://c@a")]
    [InlineData("azure://c@a/some/prefix", "azure://c@a/some/prefix")]
    [InlineData("azure://a/c/some//prefix/", "azure://c@a/some/prefix")]
    [InlineData("azure://a.blob.core.windows.net/c/a%20b", "azure://c@a/a%20b")]
    [InlineData("azure://c@a.blob.core.windows.net", "azure://c@a")]
    [InlineData("azure://a.blob.core.usgovcloudapi.net/c", "azure://c@a?endpoint=https://a.blob.core.usgovcloudapi.net")]
    [InlineData("azure://c@a/p?endpoint=http://127.0.0.1:10000/a", "azure://c@a/p?endpoint=http://127.0.0.1:10000/a")]
    public void An_address_is_written_in_one_way(string address, string canonical)
    {
        var section = AzureLocation.Parse(address);

        Assert.Equal(canonical, AzureLocation.Format(section));
        Assert.Equal(section, StoreLocation.Parse(canonical));
    }

    [Fact]
    public void Requests_go_to_the_public_cloud_unless_an_endpoint_is_given()
    {
        Assert.Equal("https://a.blob.core.windows.net", AzureLocation.Endpoint(AzureLocation.Parse("azure://c@a")));
        Assert.Equal("http://azurite:10000/a", AzureLocation.Endpoint(AzureLocation.Parse("azure://c@a?endpoint=http://azurite:10000/a/")));
    }

    [Theory]
    [InlineData("azure://", "it names no account")]
    [InlineData("azure://a", "it names no container")]
    [InlineData("azure://a/", "it names no container")]
    [InlineData("azure://@a/p", "it names no container")]
    [InlineData("azure://c@", "it names no account")]
    [InlineData("azure://a.host:port/c", "its host is none")]
    [InlineData("azure://c@a?endpoint=azurite", "its endpoint must be an address")]
    [InlineData("azure://c@a?account_key=tOpSeCrEt", "'account_key' is no option of it")]
    public void A_wrong_address_is_refused(string address, string why) =>
        Assert.Contains(why, Assert.Throws<BackupException>(() => StoreLocation.Parse(address)).Message, StringComparison.Ordinal);

    private static AzureStorageSection Read(params string[] lines) =>
        (AzureStorageSection)Yaml.Parse(Yaml.Azure + string.Concat(lines.Select(line => $"  {line}\n"))).Storage;
}
