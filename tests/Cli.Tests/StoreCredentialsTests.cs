using KafkaBackup.Cli.Hosting;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Cli.Tests;

/// <summary>Credentials that cannot be used are told before anything is started with them.</summary>
public sealed class StoreCredentialsTests
{
    [Theory]
    [InlineData("http://127.0.0.1:1/account", true)]
    [InlineData("https://127.0.0.1:1/account", false)]
    public void A_token_is_sent_to_no_endpoint_that_is_not_encrypted(string endpoint, bool isRefused)
    {
        var section = new AzureStorageSection { AccountName = "account", ContainerName = "backups", Endpoint = endpoint, UseWorkloadIdentity = true };

        var failure = Record.Exception(() => Stores.CheckCredentials("backup.yaml", section)) as BackupException;

        Assert.Equal(isRefused ? FailureKind.Configuration : null, failure?.Kind);
        Assert.Contains(isRefused ? "is not encrypted, so no token is sent to it" : "", failure?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_credentials_that_is_not_there_is_a_problem_of_the_configuration()
    {
        var section = new S3StorageSection { Bucket = "b", Region = "eu-1", AccessKeyFile = "/missing/access", SecretKeyFile = "/missing/secret" };

        var failure = Assert.Throws<ConfigurationException>(() => Stores.Check("backup.yaml", section));

        Assert.Equal(
            ["storage.access_key_file: the file '/missing/access' does not exist.", "storage.secret_key_file: the file '/missing/secret' does not exist."],
            failure.Problems.Select(problem => problem.ToString()));
    }
}
