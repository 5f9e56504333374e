namespace KafkaBackup.Shared.Configuration;

/// <summary>Reads the section <c>storage</c> with <c>backend: gcs</c>.</summary>
internal static class GcsStorageReader
{
    /// <summary>The section, or null after a report.</summary>
    public static GcsStorageSection? Read(YamlMapReader map)
    {
        var bucket = map.Required("bucket")?.Text(BucketObjection);
        var prefix = map.Text("prefix");
        var file = File(map.Value("service_account_path"));
        var endpoint = StorageReader.Endpoint(map);
        return bucket is null ? null : new GcsStorageSection
        {
            Bucket = bucket,
            Prefix = StoreAddress.Normalize(prefix),
            ServiceAccountPath = file,
            Endpoint = endpoint,
        };
    }

    private static string? File(YamlValue? value)
    {
        if (value?.Text() is not { } text)
        {
            return null;
        }

        if (text.TrimStart().StartsWith('{'))
        {
            value.Report("must be the path of a file, not what stands in it"); // Which has a private key: it is not repeated.
            return null;
        }

        return value.Text(LocationReader.PathObjection);
    }

    private static string? BucketObjection(string text) => GcsLocation.IsBucket(text) ? null : "must be the name of a bucket, without gs:// and '/'";
}
