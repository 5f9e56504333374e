using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

/// <summary>Files that hold a secret each: what counts as one, and what is said at the start of those that hold none.</summary>
public sealed class SecretFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("secret-files-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("p w", "p w", null)]
    [InlineData("p\n", "p", "p")]
    [InlineData("p\r\n", "p", "p")]
    [InlineData("", null, null)]
    [InlineData("\n", null, null)]
    [InlineData("p\nq", null, null)]
    [InlineData("p\n\n", null, null)]
    public void A_secret_is_the_one_line_of_its_file_and_a_key_has_no_blanks(string content, string? line, string? key) =>
        Assert.Equal((line, key), (SecretFiles.LineOf(content), SecretFiles.KeyOf(content)));

    [Fact]
    public void Files_that_are_in_order_are_no_problem()
    {
        SecretFiles.Check("backup.yaml", S3("access\n", "secret\n"));
        SecretFiles.Check("backup.yaml", Azure() with { AccountKeyFile = Write("key", "a2V5\n"), SasTokenFile = Write("sas", "sv=1&sig=x%3D") });
        SecretFiles.Check("backup.yaml", Azure() with { ClientSecretFile = Write("secret", "s"), ClientIdFile = Write("id", "i"), TenantIdFile = Write("tenant", "t") });
        SecretFiles.Check("backup.yaml", new FileSystemStorageSection { Path = "/nowhere" });
    }

    [Fact]
    public void All_that_is_wrong_is_told_with_its_place_and_not_shown()
    {
        var section = S3("tOp SeCrEt", "") with { SecretKeyFile = At("missing") };

        var failure = Assert.Throws<ConfigurationException>(() => SecretFiles.Check("backup.yaml", section));

        Assert.Equal(
            [
                $"storage.access_key_file: the file '{section.AccessKeyFile}' has to hold the access key, in one line and without blanks.",
                $"storage.secret_key_file: the file '{section.SecretKeyFile}' does not exist.",
            ],
            failure.Problems.Select(problem => problem.ToString()));
        Assert.DoesNotContain("SeCrEt", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sas_token_file", "the SAS token")]
    [InlineData("account_key_file", "the key as Azure shows it, in base64")]
    [InlineData("client_secret_file", "the client secret")]
    [InlineData("client_id_file", "the client id")]
    [InlineData("tenant_id_file", "the tenant id")]
    public void Each_file_of_Azure_has_to_hold_something(string key, string what)
    {
        var file = Write("empty", "\n");
        var section = key switch
        {
            "sas_token_file" => Azure() with { SasTokenFile = file },
            "account_key_file" => Azure() with { AccountKeyFile = file },
            "client_secret_file" => Azure() with { ClientSecretFile = file },
            "client_id_file" => Azure() with { ClientIdFile = file },
            _ => Azure() with { TenantIdFile = file },
        };

        var failure = Assert.Throws<ConfigurationException>(() => SecretFiles.Check("backup.yaml", section));

        Assert.Equal($"storage.{key}: the file '{file}' has to hold {what}, in one line and without blanks.", Assert.Single(failure.Problems).ToString());
    }

    [Fact]
    public void A_key_of_an_account_that_is_no_base64_is_told() =>
        Assert.Throws<ConfigurationException>(() => SecretFiles.Check("backup.yaml", Azure() with { AccountKeyFile = Write("key", "no-base64!") }));

    private static AzureStorageSection Azure() => new() { AccountName = "a", ContainerName = "c" };

    private S3StorageSection S3(string access, string secret) =>
        new() { Bucket = "b", AccessKeyFile = Write("access", access), SecretKeyFile = Write("secret", secret) };

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private string Write(string name, string content)
    {
        File.WriteAllText(At(name), content);
        return At(name);
    }
}
