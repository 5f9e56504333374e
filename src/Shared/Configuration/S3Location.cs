namespace KafkaBackup.Shared.Configuration;

/// <summary>A place in S3 as configuration files and <c>--path</c> name it.</summary>
/// <remarks>As an address: <c>s3://bucket/prefix?endpoint=…&amp;region=…&amp;path_style=…&amp;checksum_mode=…</c>. Credentials never stand in an
/// address; they come from the default chain.</remarks>
public static class S3Location
{
    /// <summary>What an address begins with.</summary>
    public const string Scheme = "s3://";

    private const string Example = "s3://bucket/prefix?endpoint=https://host:port&region=name";

    private static readonly string[] ServiceDomains =
    [
        ".amazonaws.com", ".amazonaws.com.cn", ".digitaloceanspaces.com", ".r2.cloudflarestorage.com", ".backblazeb2.com", ".wasabisys.com",
        ".linodeobjects.com", ".scw.cloud", ".aliyuncs.com", "storage.googleapis.com",
    ];

    /// <summary>Reads an address.</summary>
    /// <param name="address">The address, beginning with <see cref="Scheme"/>.</param>
    /// <exception cref="BackupException">It is wrong; the message says how.</exception>
    public static S3StorageSection Parse(string address)
    {
        var parts = new StoreAddress(address, Scheme, Example, "endpoint", "region", "path_style", "checksum_mode");
        var place = parts.Place.Split('/', 2);
        var (bucket, endpoint) = (place[0], parts["endpoint"]);
        if (!IsBucket(bucket))
        {
            throw parts.Wrong("it names no bucket");
        }

        if (endpoint is not null && BucketInEndpoint(endpoint, bucket) is { } doubled)
        {
            throw parts.Wrong($"its endpoint {doubled}");
        }

        if (parts["path_style"] is not (null or "true" or "false") || parts["checksum_mode"] is not (null or "when_supported" or "when_required"))
        {
            throw parts.Wrong("path_style is true or false, checksum_mode is when_supported or when_required");
        }

        return new S3StorageSection
        {
            Bucket = bucket,
            Prefix = StoreAddress.Normalize(place.Length == 1 ? null : Uri.UnescapeDataString(place[1])),
            Endpoint = endpoint,
            Region = parts["region"],
            PathStyle = parts["path_style"] is { } style ? style == "true" : endpoint is not null,
            ChecksumMode = ChecksumMode(parts["checksum_mode"], endpoint is not null),
        };
    }

    /// <summary>The address of a bucket that <see cref="Parse"/> reads back; without credentials, which an address never has.</summary>
    public static string Format(S3StorageSection section)
    {
        var place = Scheme + (section.Prefix.Length == 0 ? section.Bucket : $"{section.Bucket}/{StoreAddress.Escape(section.Prefix)}");
        return StoreAddress.Format(
            place,
            ("endpoint", section.Endpoint),
            ("region", section.Region),
            ("path_style", section.PathStyle == (section.Endpoint is not null) ? null : section.PathStyle ? "true" : "false"),
            ("checksum_mode", section.ChecksumMode == ChecksumMode(null, section.Endpoint is not null) ? null
                : section.ChecksumMode == Configuration.ChecksumMode.WhenRequired ? "when_required" : "when_supported"));
    }

    /// <summary>Says that <paramref name="endpoint"/> holds the bucket's name, which every request would then hold twice; or null.</summary>
    /// <remarks>A host that begins with the bucket's name may just be called so, unless what follows is the name of an S3 service.</remarks>
    internal static string? BucketInEndpoint(string endpoint, string bucket)
    {
        var url = new Uri(endpoint);
        var host = url.Host;
        var isInHost = host.StartsWith(bucket + ".", StringComparison.OrdinalIgnoreCase) && IsServiceHost(host[(bucket.Length + 1)..]);
        var isInPath = url.Segments[^1].Trim('/') == bucket;
        return isInHost || isInPath
            ? $"holds the name of the bucket in its {(isInHost ? "host" : "path")}; give the address of the store without '{bucket}', which storage.bucket names"
            : null;
    }

    private static bool IsServiceHost(string host) =>
        host.StartsWith("s3.", StringComparison.OrdinalIgnoreCase) || host.StartsWith("s3-", StringComparison.OrdinalIgnoreCase)
        || ServiceDomains.Any(domain => host.EndsWith(domain, StringComparison.OrdinalIgnoreCase));

    internal static ChecksumMode ChecksumMode(string? name, bool hasEndpoint) => name switch
    {
        "when_supported" => Configuration.ChecksumMode.WhenSupported,
        "when_required" => Configuration.ChecksumMode.WhenRequired,
        _ => hasEndpoint ? Configuration.ChecksumMode.WhenRequired : Configuration.ChecksumMode.WhenSupported,
    };

    internal static bool IsBucket(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':');
}
