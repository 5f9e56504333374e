namespace KafkaBackup.Shared.Configuration;

/// <summary>A place in S3 as configuration files and <c>--path</c> name it.</summary>
/// <remarks>As an address: <c>s3://bucket/prefix?endpoint=…&amp;region=…&amp;path_style=…&amp;checksum_mode=…</c>. Credentials never stand in an
/// address; they come from the default chain.</remarks>
public static class S3Location
{
    /// <summary>What an address begins with.</summary>
    public const string Scheme = "s3://";

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
        var (place, query) = address.IndexOf('?', StringComparison.Ordinal) is var at and >= 0 ? (address[Scheme.Length..at], address[(at + 1)..]) : (address[Scheme.Length..], "");
        var slash = place.IndexOf('/', StringComparison.Ordinal);
        var bucket = slash < 0 ? place : place[..slash];
        if (!IsBucket(bucket))
        {
            throw Wrong(address, "it names no bucket");
        }

        var options = query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).ToList();
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var option in options)
        {
            if (option.Length != 2 || option[0] is not ("endpoint" or "region" or "path_style" or "checksum_mode") || !values.TryAdd(option[0], Uri.UnescapeDataString(option[1])))
            {
                throw Wrong(address, $"'{option[0]}' is no option of it; known are endpoint, region, path_style and checksum_mode, each once as name=value");
            }
        }

        var endpoint = values.GetValueOrDefault("endpoint");
        if (endpoint is not null && LocationReader.UrlObjection(endpoint) is { } objection)
        {
            throw Wrong(address, $"its endpoint {objection}");
        }

        if (endpoint is not null && BucketInEndpoint(endpoint, bucket) is { } doubled)
        {
            throw Wrong(address, $"its endpoint {doubled}");
        }

        if (values.GetValueOrDefault("path_style") is not (null or "true" or "false") || values.GetValueOrDefault("checksum_mode") is not (null or "when_supported" or "when_required"))
        {
            throw Wrong(address, "path_style is true or false, checksum_mode is when_supported or when_required");
        }

        return new S3StorageSection
        {
            Bucket = bucket,
            Prefix = Normalize(slash < 0 ? null : Uri.UnescapeDataString(place[(slash + 1)..])),
            Endpoint = endpoint,
            Region = values.GetValueOrDefault("region"),
            PathStyle = values.TryGetValue("path_style", out var style) ? style == "true" : endpoint is not null,
            ChecksumMode = ChecksumMode(values.GetValueOrDefault("checksum_mode"), endpoint is not null),
        };
    }

    /// <summary>The address of a bucket that <see cref="Parse"/> reads back; without credentials, which an address never has.</summary>
    public static string Format(S3StorageSection section)
    {
        var prefix = string.Join('/', section.Prefix.Split('/').Select(Uri.EscapeDataString));
        var place = Scheme + (prefix.Length == 0 ? section.Bucket : $"{section.Bucket}/{prefix}");
        (string Name, string? Value)[] options =
        [
            ("endpoint", section.Endpoint), ("region", section.Region),
            ("path_style", section.PathStyle == (section.Endpoint is not null) ? null : section.PathStyle ? "true" : "false"),
            ("checksum_mode", section.ChecksumMode == ChecksumMode(null, section.Endpoint is not null) ? null
                : section.ChecksumMode == Configuration.ChecksumMode.WhenRequired ? "when_required" : "when_supported"),
        ];
        // Of what stands in a URL only these two would be taken for something else.
        var query = string.Join('&', options.Where(option => option.Value is not null)
            .Select(option => $"{option.Name}={option.Value!.Replace("%", "%25").Replace("&", "%26")}"));
        return query.Length == 0 ? place : $"{place}?{query}";
    }

    /// <summary>A prefix as keys begin with it: without empty parts between slashes (OSO's rule), and without slashes at its ends.</summary>
    internal static string Normalize(string? prefix) => string.Join('/', (prefix ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries));

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

    private static BackupException Wrong(string address, string why) => new(FailureKind.Configuration,
        $"The address {ConfigurationProblems.Quote(address)} cannot be used: {why}. It is written s3://bucket/prefix?endpoint=https://host:port&region=name.");
}
