using KafkaBackup.Operator.Resources;

namespace KafkaBackup.Operator.Definitions;

/// <summary>Writes <c>storage</c> of a definition.</summary>
internal static class StorageSections
{
    /// <summary>Where claims are mounted.</summary>
    public const string ClaimsFolder = "/data";

    /// <summary>Store, credentials and patience.</summary>
    /// <param name="yaml">The section.</param>
    /// <param name="storage">What the spec says.</param>
    /// <param name="space">The namespace of its secrets.</param>
    /// <param name="patienceSecs">How long a store that is away is borne with; null: as definitions do by themselves.</param>
    /// <exception cref="SpecException">The block that <c>storageType</c> names is not there.</exception>
    public static void Write(YamlLines yaml, StorageSpec storage, string space, long? patienceSecs)
    {
        switch (storage)
        {
            case { StorageType: "pvc", Pvc: { } claim }:
                yaml.Own("backend", "filesystem").Text("path", PathOf(claim), "spec.storage.pvc");
                break;
            case { StorageType: "s3", S3: { } s3 }:
                WriteS3(yaml, s3, space);
                break;
            case { StorageType: "azure", Azure: { } azure }:
                WriteAzure(yaml, azure, space);
                break;
            case { StorageType: "gcs", Gcs: { } gcs }:
                yaml.Own("backend", "gcs")
                    .Text("bucket", gcs.Bucket, "spec.storage.gcs.bucket")
                    .Text("prefix", gcs.Prefix, "spec.storage.gcs.prefix")
                    .Own("service_account_path", gcs.CredentialsSecret is { } secret
                        ? SecretPath.Of(space, secret.Name, secret.ServiceAccountJsonKey, "spec.storage.gcs.credentialsSecret") : null);
                break;
            default:
                throw new SpecException($"spec.storage.storageType is '{storage.StorageType}', and there is no spec.storage.{storage.StorageType}.");
        }

        yaml.Number("patience_secs", patienceSecs);
    }

    private static string PathOf(PvcStorageSpec claim)
    {
        var path = claim.SubPath is { Length: > 0 } folder ? $"{ClaimsFolder}/{claim.ClaimName}/{folder}" : $"{ClaimsFolder}/{claim.ClaimName}";
        return path.Split('/').Contains("..", StringComparer.Ordinal)
            ? throw new SpecException("spec.storage.pvc leads out of the claim: '..' is no part of a path here.")
            : path;
    }

    private static void WriteS3(YamlLines yaml, S3StorageSpec s3, string space)
    {
        const string Path = "spec.storage.s3";
        yaml.Own("backend", "s3")
            .Text("bucket", s3.Bucket, $"{Path}.bucket")
            .Text("prefix", s3.Prefix, $"{Path}.prefix")
            .Text("region", s3.Region, $"{Path}.region")
            .Text("endpoint", s3.Endpoint, $"{Path}.endpoint")
            .Flag("path_style", s3.PathStyle)
            .Flag("allow_http", s3.AllowHttp ? true : null);
        if (s3.CredentialsSecret is { } secret)
        {
            yaml.Own("access_key_file", SecretPath.Of(space, secret.Name, secret.AccessKeyIdKey, $"{Path}.credentialsSecret"))
                .Own("secret_key_file", SecretPath.Of(space, secret.Name, secret.SecretAccessKeyKey, $"{Path}.credentialsSecret"));
        }
    }

    private static void WriteAzure(YamlLines yaml, AzureStorageSpec azure, string space)
    {
        const string Path = "spec.storage.azure";
        if (azure is { Endpoint: not null, CredentialsSecret: null, SasTokenSecret: null, ServicePrincipalSecret: null })
        {
            throw new SpecException($"{Path}.endpoint goes with a Secret of this namespace: the nodes' own credentials are sent to no address that an object names. Give one of the Secrets, or leave the endpoint out.");
        }

        yaml.Own("backend", "azure")
            .Text("account_name", azure.AccountName, $"{Path}.accountName")
            .Text("container_name", azure.Container, $"{Path}.container")
            .Text("prefix", azure.Prefix, $"{Path}.prefix")
            .Text("endpoint", azure.Endpoint, $"{Path}.endpoint")
            .Flag("allow_http", azure.AllowHttp ? true : null)
            .Flag("use_workload_identity", azure.UseWorkloadIdentity ? true : null)
            .Own("account_key_file", azure.CredentialsSecret is { } key ? SecretPath.Of(space, key.Name, key.AccountKeyKey, $"{Path}.credentialsSecret") : null)
            .Own("sas_token_file", azure.SasTokenSecret is { } sas ? SecretPath.Of(space, sas.Name, sas.SasTokenKey, $"{Path}.sasTokenSecret") : null);
        if (azure.ServicePrincipalSecret is { } principal)
        {
            yaml.Own("client_id_file", SecretPath.Of(space, principal.Name, principal.ClientIdKey, $"{Path}.servicePrincipalSecret"))
                .Own("tenant_id_file", SecretPath.Of(space, principal.Name, principal.TenantIdKey, $"{Path}.servicePrincipalSecret"))
                .Own("client_secret_file", SecretPath.Of(space, principal.Name, principal.ClientSecretKey, $"{Path}.servicePrincipalSecret"));
        }
    }
}
