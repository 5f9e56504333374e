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

        var (client, tenant, secret) = (map.Text("client_id"), map.Text("tenant_id"), map.Value("client_secret"));
        var (clientFile, tenantFile, secretFile) = (SecretReader.File(map, "client_id"), SecretReader.File(map, "tenant_id"), SecretReader.File(map, "client_secret"));
        CheckApplication(map, secret);
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
            SasTokenFile = SecretReader.File(map, "sas_token"),
            AccountKeyFile = SecretReader.File(map, "account_key"),
            ClientId = client,
            TenantId = tenant,
            ClientSecret = secretText,
            ClientIdFile = clientFile,
            TenantIdFile = tenantFile,
            ClientSecretFile = secretFile,
            UseWorkloadIdentity = usesWorkloadIdentity,
        };
    }

    /// <summary>An application has an id, a tenant and a secret, of which each may stand in a file.</summary>
    private static void CheckApplication(YamlMapReader map, YamlValue? secret)
    {
        var secretFile = map.Value("client_secret_file");
        if (secret is not null && (map.Value("client_id") is null || map.Value("tenant_id") is null))
        {
            secret.Report("needs the others: give client_id, tenant_id and client_secret");
        }

        if (secretFile is not null && new[] { "client_id", "tenant_id" }.Any(name => map.Value(name) is null && map.Value(name + "_file") is null))
        {
            secretFile.Report("needs the others: give client_id or client_id_file, and tenant_id or tenant_id_file");
        }

        foreach (var file in new[] { "client_id_file", "tenant_id_file" }.Where(_ => secretFile is null).Select(map.Value).OfType<YamlValue>())
        {
            file.Report("is of no use without client_secret_file");
        }
    }

    private static string? AccountKey(YamlValue? value)
    {
        if (SecretReader.Key(value) is not { } key)
        {
            return null;
        }

        if (AzureStorageSection.IsKey(key))
        {
            return key;
        }

        value!.Report("must be a key as Azure shows it, in base64");
        return null;
    }

    private static string? AccountObjection(string text) => AzureLocation.IsAccount(text) ? null : "must be the name of a storage account, without its domain";

    private static string? ContainerObjection(string text) => AzureLocation.IsContainer(text) ? null : "must be the name of a container, without azure:// and '/'";
}
