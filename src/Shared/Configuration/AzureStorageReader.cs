namespace KafkaBackup.Shared.Configuration;

/// <summary>Reads the section <c>storage</c> with <c>backend: azure</c>.</summary>
internal static class AzureStorageReader
{
    /// <summary>The section, or null after a report.</summary>
    public static AzureStorageSection? Read(YamlMapReader map)
    {
        var account = map.Required("account_name")?.Text(AccountObjection);
        var container = map.Required("container_name")?.Text(ContainerObjection);
        var prefix = map.Text("prefix");
        var endpoint = StorageReader.Endpoint(map);
        if (endpoint is not null && container is not null && new Uri(endpoint).Segments[^1].Trim('/') == container)
        {
            map.Value("endpoint")!.Report($"holds the name of the container in its path; give the address of the account without '{container}', which storage.container_name names");
        }

        var client = map.Text("client_id");
        var tenant = map.Text("tenant_id");
        var secret = map.Value("client_secret");
        if (secret is not null && (client is null || tenant is null))
        {
            secret.Report("needs the others: give client_id, tenant_id and client_secret");
        }

        var (sas, key) = (SecretReader.Key(map.Value("sas_token")), AccountKey(map.Value("account_key")));
        var (secretText, usesWorkloadIdentity) = (SecretReader.Key(secret), map.Boolean("use_workload_identity"));
        return account is null || container is null ? null : new AzureStorageSection
        {
            AccountName = account,
            ContainerName = container,
            Prefix = StoreAddress.Normalize(prefix),
            Endpoint = endpoint,
            SasToken = sas,
            AccountKey = key,
            ClientId = client,
            TenantId = tenant,
            ClientSecret = secretText,
            UseWorkloadIdentity = usesWorkloadIdentity,
        };
    }

    private static string? AccountKey(YamlValue? value)
    {
        if (SecretReader.Key(value) is not { } key)
        {
            return null;
        }

        if (Convert.TryFromBase64String(key, new byte[key.Length], out _))
        {
            return key;
        }

        value!.Report("must be a key as Azure shows it, in base64");
        return null;
    }

    private static string? AccountObjection(string text) => AzureLocation.IsAccount(text) ? null : "must be the name of a storage account, without its domain";

    private static string? ContainerObjection(string text) => AzureLocation.IsContainer(text) ? null : "must be the name of a container, without azure:// and '/'";
}
