namespace KafkaBackup.Shared.Configuration;

/// <summary>Reads the section <c>storage</c>.</summary>
internal static class StorageReader
{
    private static readonly Dictionary<string, string> RefusedBackends = new()
    {
        ["azure"] = "'azure' is a backend of OSO kafka-backup that this version does not support yet; use filesystem or s3",
        ["gcs"] = "'gcs' is a backend of OSO kafka-backup that this version does not support yet; use filesystem or s3",
        ["memory"] = "'memory' keeps nothing when the program ends, so it is no place for a backup; use filesystem or s3",
    };

    /// <summary>The section, or null after a report.</summary>
    public static StorageSection? Read(YamlMapReader map)
    {
        var backend = map.Required("backend");
        var patience = map.Int64("patience_secs", 1, ConfigurationLoader.MaxSeconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
        switch (backend?.Choice(["filesystem", "s3"], refused: RefusedBackends))
        {
            case "filesystem":
                return map.Required("path")?.Text(LocationReader.PathObjection) is { } path
                    ? new FileSystemStorageSection { Path = path, Patience = patience }
                    : null;
            case "s3":
                return ReadS3(map) is { } bucket ? bucket with { Patience = patience } : null;
            default:
                // The other keys belong to that backend; only the choice of it is wrong.
                map.AcceptAll();
                return null;
        }
    }

    private static S3StorageSection? ReadS3(YamlMapReader map)
    {
        var bucket = map.Required("bucket")?.Text(BucketObjection);
        var endpoint = map.Value("endpoint");
        var address = endpoint?.Text(LocationReader.UrlObjection);
        var allowsHttp = map.Boolean("allow_http");
        if (address?.StartsWith("http:", StringComparison.Ordinal) == true && allowsHttp != true)
        {
            endpoint!.Report("begins with http://, so everything would travel unencrypted; use https://, or set storage.allow_http to true");
        }

        if (address is not null && bucket is not null && S3Location.BucketInEndpoint(address, bucket) is { } doubled)
        {
            endpoint!.Report(doubled);
        }

        var access = Either(map, "access_key", "access_key_id");
        var secret = Either(map, "secret_key", "secret_access_key");
        if (access is null != secret is null)
        {
            (access ?? secret)!.Report("needs the other one: give access_key and secret_key both, or neither to use the environment's");
        }

        var checksums = map.Choice("checksum_mode", ["when_supported", "when_required"]);
        var region = map.Text("region");
        var prefix = map.Text("prefix");
        var pathStyle = map.Boolean("path_style");
        return bucket is null ? null : new S3StorageSection
        {
            Bucket = bucket,
            Prefix = S3Location.Normalize(prefix),
            Region = region,
            Endpoint = address,
            AccessKey = SecretReader.Key(access),
            SecretKey = SecretReader.Key(secret),
            PathStyle = pathStyle ?? endpoint is not null,
            ChecksumMode = S3Location.ChecksumMode(checksums, hasEndpoint: endpoint is not null),
        };
    }

    private static YamlValue? Either(YamlMapReader map, string name, string other)
    {
        var (value, second) = (map.Value(name), map.Value(other));
        if (value is not null && second is not null)
        {
            second.Report($"says the same as {name}; give one of them");
        }

        return value ?? second;
    }

    private static string? BucketObjection(string text) => S3Location.IsBucket(text) ? null : "must be the name of a bucket, without s3:// and '/'";
}
