namespace KafkaBackup.Shared.Configuration;

/// <summary>Reads the section <c>storage</c>.</summary>
internal static class StorageReader
{
    private static readonly Dictionary<string, string> RefusedBackends = new()
    {
        ["memory"] = "'memory' keeps nothing when the program ends, so it is no place for a backup; use filesystem, s3, gcs or azure",
    };

    /// <summary>The section, or null after a report.</summary>
    public static StorageSection? Read(YamlMapReader map)
    {
        var backend = map.Required("backend");
        var patience = map.Int64("patience_secs", 1, ConfigurationLoader.MaxSeconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
        switch (backend?.Choice(["filesystem", "s3", "gcs", "azure"], refused: RefusedBackends))
        {
            case "filesystem":
                return map.Required("path")?.Text(LocationReader.PathObjection) is { } path
                    ? new FileSystemStorageSection { Path = path, Patience = patience }
                    : null;
            case "s3":
                return S3StorageReader.Read(map) is { } s3 ? s3 with { Patience = patience } : null;
            case "gcs":
                return GcsStorageReader.Read(map) is { } gcs ? gcs with { Patience = patience } : null;
            case "azure":
                return AzureStorageReader.Read(map) is { } azure ? azure with { Patience = patience } : null;
            default:
                // The other keys belong to that backend; only the choice of it is wrong.
                map.AcceptAll();
                return null;
        }
    }

    /// <summary>The key <c>endpoint</c>, or null when there is none or it is wrong; without encryption only with <c>allow_http</c>.</summary>
    public static string? Endpoint(YamlMapReader map)
    {
        var endpoint = map.Value("endpoint");
        var address = endpoint?.Text(LocationReader.UrlObjection);
        var allowsHttp = map.Boolean("allow_http");
        if (address?.StartsWith("http:", StringComparison.Ordinal) == true && allowsHttp != true)
        {
            endpoint!.Report("begins with http://, so everything would travel unencrypted; use https://, or set storage.allow_http to true");
        }

        return address;
    }
}
