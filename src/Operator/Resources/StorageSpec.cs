namespace KafkaBackup.Operator.Resources;

/// <summary><c>storage</c>: the block that <c>storageType</c> names.</summary>
internal sealed record StorageSpec
{
    public string StorageType { get; init; } = "pvc";

    public PvcStorageSpec? Pvc { get; init; }

    public S3StorageSpec? S3 { get; init; }

    public AzureStorageSpec? Azure { get; init; }

    public GcsStorageSpec? Gcs { get; init; }
}

/// <summary><c>pvc</c>: a claim that is mounted at <c>/data/{claimName}</c>.</summary>
internal sealed record PvcStorageSpec(string ClaimName)
{
    public string? SubPath { get; init; }
}

/// <summary><c>s3</c>.</summary>
internal sealed record S3StorageSpec(string Bucket, string Region)
{
    public string? Endpoint { get; init; }

    public bool? PathStyle { get; init; }

    public bool AllowHttp { get; init; }

    public string? Prefix { get; init; }

    /// <summary>Null: what the pod has, such as a role bound to its account.</summary>
    public S3CredentialsSpec? CredentialsSecret { get; init; }
}

/// <summary><c>s3.credentialsSecret</c>.</summary>
internal sealed record S3CredentialsSpec(string Name)
{
    public string AccessKeyIdKey { get; init; } = "AWS_ACCESS_KEY_ID";

    public string SecretAccessKeyKey { get; init; } = "AWS_SECRET_ACCESS_KEY";
}

/// <summary><c>azure</c>: one way to log in at most; none: what the pod has.</summary>
internal sealed record AzureStorageSpec(string Container, string AccountName)
{
    public string? Prefix { get; init; }

    public string? Endpoint { get; init; }

    public bool AllowHttp { get; init; }

    public bool UseWorkloadIdentity { get; init; }

    public AzureKeySpec? CredentialsSecret { get; init; }

    public AzureSasSpec? SasTokenSecret { get; init; }

    public AzurePrincipalSpec? ServicePrincipalSecret { get; init; }
}

/// <summary><c>azure.credentialsSecret</c>.</summary>
internal sealed record AzureKeySpec(string Name)
{
    public string AccountKeyKey { get; init; } = "AZURE_STORAGE_KEY";
}

/// <summary><c>azure.sasTokenSecret</c>.</summary>
internal sealed record AzureSasSpec(string Name)
{
    public string SasTokenKey { get; init; } = "AZURE_SAS_TOKEN";
}

/// <summary><c>azure.servicePrincipalSecret</c>.</summary>
internal sealed record AzurePrincipalSpec(string Name)
{
    public string ClientIdKey { get; init; } = "AZURE_CLIENT_ID";

    public string TenantIdKey { get; init; } = "AZURE_TENANT_ID";

    public string ClientSecretKey { get; init; } = "AZURE_CLIENT_SECRET";
}

/// <summary><c>gcs</c>.</summary>
internal sealed record GcsStorageSpec(string Bucket)
{
    public string? Prefix { get; init; }

    /// <summary>Null: what the pod has, such as a workload identity.</summary>
    public GcsCredentialsSpec? CredentialsSecret { get; init; }
}

/// <summary><c>gcs.credentialsSecret</c>.</summary>
internal sealed record GcsCredentialsSpec(string Name)
{
    public string ServiceAccountJsonKey { get; init; } = "SERVICE_ACCOUNT_JSON";
}
