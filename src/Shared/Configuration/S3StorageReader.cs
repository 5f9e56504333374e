namespace KafkaBackup.Shared.Configuration;

/// <summary>Reads the section <c>storage</c> with <c>backend: s3</c>.</summary>
internal static class S3StorageReader
{
    /// <summary>The section, or null after a report.</summary>
    public static S3StorageSection? Read(YamlMapReader map)
    {
        var bucket = map.Required("bucket")?.Text(BucketObjection);
        var address = StorageReader.Endpoint(map);
        if (address is not null && bucket is not null && S3Location.BucketInEndpoint(address, bucket) is { } doubled)
        {
            map.Value("endpoint")!.Report(doubled);
        }

        var access = Either(map, "access_key", "access_key_id");
        var secret = Either(map, "secret_key", "secret_access_key");
        if (access is null != secret is null)
        {
            (access ?? secret)!.Report("needs the other one: give access_key and secret_key both, or neither to use the environment's");
        }

        var (accessFile, secretFile) = Files(map);
        var checksums = map.Choice("checksum_mode", ["when_supported", "when_required"]);
        var region = map.Text("region");
        var prefix = map.Text("prefix");
        var pathStyle = map.Boolean("path_style");
        return bucket is null ? null : new S3StorageSection
        {
            Bucket = bucket,
            Prefix = StoreAddress.Normalize(prefix),
            Region = region,
            Endpoint = address,
            AccessKey = SecretReader.Key(access),
            SecretKey = SecretReader.Key(secret),
            AccessKeyFile = accessFile,
            SecretKeyFile = secretFile,
            PathStyle = pathStyle ?? map.Value("endpoint") is not null,
            ChecksumMode = S3Location.ChecksumMode(checksums, hasEndpoint: map.Value("endpoint") is not null),
        };
    }

    private static (string? Access, string? Secret) Files(YamlMapReader map)
    {
        var files = (Access: SecretReader.File(map, "access_key", "access_key_id"), Secret: SecretReader.File(map, "secret_key", "secret_access_key"));
        var (access, secret) = (map.Value("access_key_file"), map.Value("secret_key_file"));
        if (access is null != secret is null)
        {
            (access ?? secret)!.Report("needs the other one: give access_key_file and secret_key_file both");
        }

        return files;
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
