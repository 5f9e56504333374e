using Azure;
using Azure.Identity;
using Azure.Storage;
using KafkaBackup.ObjectStores.Azure;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Azure;

/// <summary>Which of the credentials that are given counts.</summary>
public sealed class AzureCredentialsTests
{
    private static readonly AzureStorageSection Nothing = new() { AccountName = "account", ContainerName = "box" };

    private static readonly AzureStorageSection All = Nothing with
    {
        SasToken = "sig=x",
        AccountKey = "a2V5",
        ClientId = "client",
        TenantId = "tenant",
        ClientSecret = "secret",
        UseWorkloadIdentity = true,
    };

    [Fact]
    public void The_order_is_token_key_secret_workload_and_what_the_machine_has()
    {
        Assert.IsType<AzureSasCredential>(Chosen(All));
        Assert.IsType<StorageSharedKeyCredential>(Chosen(All with { SasToken = null }));
        Assert.IsType<ClientSecretCredential>(Chosen(All with { SasToken = null, AccountKey = null }));
        Assert.IsType<WorkloadIdentityCredential>(Chosen(All with { SasToken = null, AccountKey = null, ClientSecret = null }));
        Assert.IsType<DefaultAzureCredential>(Chosen(Nothing));
        Assert.IsType<DefaultAzureCredential>(Chosen(Nothing with { ClientId = "client", TenantId = "tenant" }));
    }

    [Theory]
    [InlineData("AZURE_STORAGE_SAS_TOKEN", "sig=x", typeof(AzureSasCredential))]
    [InlineData("AZURE_STORAGE_KEY", "a2V5", typeof(StorageSharedKeyCredential))]
    [InlineData("AZURE_STORAGE_ACCOUNT_KEY", "a2V5", typeof(StorageSharedKeyCredential))]
    [InlineData("AZURE_FEDERATED_TOKEN_FILE", "/token", typeof(WorkloadIdentityCredential))]
    [InlineData("AZURE_STORAGE_KEY", "", typeof(DefaultAzureCredential))]
    public void Without_any_the_environment_is_asked(string variable, string value, Type kind)
    {
        Assert.IsType(kind, Chosen(Nothing, (variable, value)));
        Assert.IsType<ClientSecretCredential>(Chosen(All with { SasToken = null, AccountKey = null }, (variable, value)));
        Assert.IsType<StorageSharedKeyCredential>(Chosen(Nothing with { AccountKey = "a2V5" }, (variable, value)));
    }

    [Fact]
    public void A_workload_identity_that_is_not_wanted_is_not_used() =>
        Assert.IsType<DefaultAzureCredential>(Chosen(Nothing with { UseWorkloadIdentity = false }, ("AZURE_FEDERATED_TOKEN_FILE", "/token")));

    [Fact]
    public void A_variable_that_holds_no_key_is_told_and_not_shown()
    {
        var failed = Assert.Throws<BackupException>(() => Chosen(Nothing, ("AZURE_STORAGE_KEY", "tOpSeCrEt!")));

        Assert.Equal(FailureKind.Configuration, failed.Kind);
        Assert.Contains("Correct AZURE_STORAGE_KEY", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("tOpSeCrEt", failed.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_does_not_go_out_unencrypted()
    {
        using var http = new HttpClient();

        var failed = Assert.Throws<BackupException>(() => AzureConnection.Open(Nothing with { Endpoint = "http://azurite:10000/account" }, http, _ => null));

        Assert.Contains("is not encrypted", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_are_not_printed() => Assert.DoesNotContain("sesame", (All with { SasToken = "sesame", AccountKey = "sesame", ClientSecret = "sesame" }).ToString(), StringComparison.Ordinal);

    private static object Chosen(AzureStorageSection section, params (string Name, string Value)[] variables) =>
        AzureConnection.Credentials(section, name => variables.Where(variable => variable.Name == name).Select(variable => variable.Value).FirstOrDefault());
}
