using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using AzureLocation = KafkaBackup.Shared.Configuration.AzureLocation;

namespace KafkaBackup.ObjectStores.Azure;

/// <summary>Makes the SDK's client as a configuration wants it.</summary>
internal static class AzureConnection
{
    /// <summary>One that stores of other makers and emulators know, too.</summary>
    private const BlobClientOptions.ServiceVersion Version = BlobClientOptions.ServiceVersion.V2023_11_03;

    /// <summary>What stands in a credential until its file is read.</summary>
    private const string NotYetRead = "AAAA";

    /// <summary>A client of the container.</summary>
    /// <param name="section">Account, container and credentials.</param>
    /// <param name="http">Sends the requests.</param>
    /// <param name="environment">Reads a variable of the environment.</param>
    /// <exception cref="BackupException">A key is none, or a token would travel unencrypted.</exception>
    public static BlobContainerClient Open(AzureStorageSection section, HttpClient http, Func<string, string?> environment)
    {
        var container = new Uri($"{AzureLocation.Endpoint(section)}/{section.ContainerName}");
        var options = new BlobClientOptions(Version)
        {
            Transport = new HttpClientTransport(http),

            // The store repeats requests itself, as it alone knows which may be: a repeated conditional PUT takes its own success for somebody else's.
            Retry = { MaxRetries = 0, NetworkTimeout = Timeout.InfiniteTimeSpan },
            Diagnostics = { IsLoggingEnabled = false, IsDistributedTracingEnabled = false, IsTelemetryEnabled = false },
            Request100ContinueOptions = new() { Mode = Request100ContinueMode.Always, ContentLengthThreshold = RemoteTuning.SmallBody },
        };
        var credentials = Credentials(section, environment);
        if (AzureFreshSecret.For(credentials, section) is { } fresh)
        {
            options.AddPolicy(fresh, HttpPipelinePosition.PerCall); // Which come before the one that signs.
        }

        switch (credentials)
        {
            case AzureSasCredential sas:
                return new BlobContainerClient(container, sas, options);
            case StorageSharedKeyCredential key:
                return new BlobContainerClient(container, key, options);
            case TokenCredential when container.Scheme != Uri.UriSchemeHttps:
                throw new BackupException(FailureKind.Configuration,
                    $"The endpoint {container} is not encrypted, so no token is sent to it. Give storage.account_key or storage.sas_token, "
                    + "or an endpoint that begins with https://.");
            case var token:
                return new BlobContainerClient(container, (TokenCredential)token, options);
        }
    }

    /// <summary>The credentials that count: an <see cref="AzureSasCredential"/>, a <see cref="StorageSharedKeyCredential"/> or a <see cref="TokenCredential"/>.</summary>
    /// <remarks>Where a configuration has none, and always with an address, the environment's secrets come before its identities.</remarks>
    /// <exception cref="BackupException">A key is none.</exception>
    internal static object Credentials(AzureStorageSection section, Func<string, string?> environment)
    {
        var usesIdentity = (section.ClientSecret ?? section.ClientSecretFile) is not null || section.UseWorkloadIdentity == true;
        var ownKey = section.AccountKeyFile is null ? section.AccountKey : NotYetRead;
        var ownSas = section.SasTokenFile is null ? section.SasToken : NotYetRead;
        var sas = ownSas ?? (ownKey is null && !usesIdentity ? Variable("AZURE_STORAGE_SAS_TOKEN") : null);
        var key = ownKey ?? (usesIdentity ? null : Variable("AZURE_STORAGE_KEY") ?? Variable("AZURE_STORAGE_ACCOUNT_KEY"));
        return (sas, key, section) switch
        {
            ({ } token, _, _) => new AzureSasCredential(token),
            (_, { } shared, _) => SharedKey(section.AccountName, shared),
            (_, _, { ClientSecretFile: not null }) => new AzureFileApplication(section),
            (_, _, { ClientSecret: { } secret, ClientId: { } client, TenantId: { } tenant }) => new ClientSecretCredential(tenant, client, secret),
            _ when section.UseWorkloadIdentity ?? Variable("AZURE_FEDERATED_TOKEN_FILE") is not null => Workload(section),
            _ => Default(section),
        };

        string? Variable(string name) => environment(name) is { Length: > 0 } value ? value : null;
    }

    private static StorageSharedKeyCredential SharedKey(string account, string key)
    {
        try
        {
            return new StorageSharedKeyCredential(account, key);
        }
        catch (FormatException)
        {
            // Without the cause, which might tell of the key.
            throw new BackupException(FailureKind.Configuration,
                "The key of the storage account is none: it must be as Azure shows it, in base64. Correct AZURE_STORAGE_KEY or AZURE_STORAGE_ACCOUNT_KEY.");
        }
    }

    private static WorkloadIdentityCredential Workload(AzureStorageSection section)
    {
        var options = new WorkloadIdentityCredentialOptions();
        options.ClientId = section.ClientId ?? options.ClientId;
        options.TenantId = section.TenantId ?? options.TenantId;
        return new WorkloadIdentityCredential(options);
    }

    private static DefaultAzureCredential Default(AzureStorageSection section)
    {
        var options = new DefaultAzureCredentialOptions();
        options.ManagedIdentityClientId = section.ClientId ?? options.ManagedIdentityClientId;
        options.TenantId = section.TenantId ?? options.TenantId;
        return new DefaultAzureCredential(options);
    }
}
