namespace KafkaBackup.Shared.Configuration;

/// <summary><c>storage</c> with <c>backend: gcs</c>: a bucket of Google Cloud Storage.</summary>
public sealed record GcsStorageSection : StorageSection
{
    /// <summary><c>bucket</c>. Must exist.</summary>
    public required string Bucket { get; init; }

    /// <summary><c>prefix</c>: what stands before every key; without slashes at its ends. Default: none.</summary>
    public string Prefix { get; init; } = "";

    /// <summary><c>service_account_path</c>: a file with credentials, such as the key of a service account. Default: the application default
    /// credentials (<c>GOOGLE_APPLICATION_CREDENTIALS</c>, gcloud's, those of the machine or pod); with an endpoint none.</summary>
    public string? ServiceAccountPath { get; init; }

    /// <summary><c>endpoint</c>: http or https address of an emulator or a private endpoint. Default: Google's.</summary>
    public string? Endpoint { get; init; }
}
