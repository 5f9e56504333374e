using System.Text;

namespace KafkaBackup.Shared.Configuration;

/// <summary><c>storage</c> with <c>backend: azure</c>: a container of Azure Blob Storage.</summary>
/// <remarks>Of several credentials the first counts: SAS token, account key, client secret, workload identity; without any the environment's.</remarks>
public sealed record AzureStorageSection : StorageSection
{
    /// <summary><c>account_name</c>: the storage account.</summary>
    public required string AccountName { get; init; }

    /// <summary><c>container_name</c>. Must exist.</summary>
    public required string ContainerName { get; init; }

    /// <summary><c>prefix</c>: what stands before every key; without slashes at its ends. Default: none.</summary>
    public string Prefix { get; init; } = "";

    /// <summary><c>endpoint</c>: http or https address of the account, its name included where it stands in the path. Default: that of the public cloud.</summary>
    public string? Endpoint { get; init; }

    /// <summary><c>sas_token</c>. Default: none.</summary>
    public string? SasToken { get; init; }

    /// <summary><c>account_key</c>, in base64. Default: none.</summary>
    public string? AccountKey { get; init; }

    /// <summary><c>sas_token_file</c>: a file with the token, in place of <see cref="SasToken"/>. Read anew for each request.</summary>
    public string? SasTokenFile { get; init; }

    /// <summary><c>account_key_file</c>: a file with the key, in place of <see cref="AccountKey"/>. Read anew for each request.</summary>
    public string? AccountKeyFile { get; init; }

    /// <summary><c>client_id</c> of an application or a managed identity. Default: the environment's.</summary>
    public string? ClientId { get; init; }

    /// <summary><c>tenant_id</c> of the application. Default: the environment's.</summary>
    public string? TenantId { get; init; }

    /// <summary><c>client_secret</c> of the application; together with its id and tenant. Default: none.</summary>
    public string? ClientSecret { get; init; }

    /// <summary><c>client_id_file</c>: a file with the id, in place of <see cref="ClientId"/>; with <see cref="ClientSecretFile"/>.</summary>
    public string? ClientIdFile { get; init; }

    /// <summary><c>tenant_id_file</c>: a file with the tenant, in place of <see cref="TenantId"/>; with <see cref="ClientSecretFile"/>.</summary>
    public string? TenantIdFile { get; init; }

    /// <summary><c>client_secret_file</c>: a file with the secret, in place of <see cref="ClientSecret"/>. Read anew for each token.</summary>
    public string? ClientSecretFile { get; init; }

    /// <summary><c>use_workload_identity</c>. Default: where <c>AZURE_FEDERATED_TOKEN_FILE</c> is set.</summary>
    public bool? UseWorkloadIdentity { get; init; }

    /// <inheritdoc />
    internal override IEnumerable<SecretFile> SecretFiles => new[]
    {
        SecretFile.Of("sas_token_file", SasTokenFile, "the SAS token"),
        SecretFile.Of("account_key_file", AccountKeyFile, "the key as Azure shows it, in base64") is { } key ? key with { Accepts = IsKey } : null,
        SecretFile.Of("client_secret_file", ClientSecretFile, "the client secret"),
        SecretFile.Of("client_id_file", ClientIdFile, "the client id"),
        SecretFile.Of("tenant_id_file", TenantIdFile, "the tenant id"),
    }.OfType<SecretFile>();

    /// <summary>Whether a text may be the key of an account.</summary>
    internal static bool IsKey(string text) => Convert.TryFromBase64String(text, new byte[text.Length], out _);

    /// <inheritdoc />
    protected override bool PrintMembers(StringBuilder text)
    {
        text.Append("AccountName = ").Append(AccountName).Append(", ContainerName = ").Append(ContainerName)
            .Append(", Prefix = ").Append(Prefix).Append(", Endpoint = ").Append(Endpoint); // Never the secrets.
        return true;
    }
}
