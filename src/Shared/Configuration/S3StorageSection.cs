using System.Text;

namespace KafkaBackup.Shared.Configuration;

/// <summary><c>storage</c> with <c>backend: s3</c>: a bucket of S3 or of a store that speaks its protocol.</summary>
public sealed record S3StorageSection : StorageSection
{
    /// <summary><c>bucket</c>. Must exist.</summary>
    public required string Bucket { get; init; }

    /// <summary><c>prefix</c>: what stands before every key; without slashes at its ends. Default: none.</summary>
    public string Prefix { get; init; } = "";

    /// <summary><c>region</c>. Default: the environment's (<c>AWS_REGION</c>, profile); with an endpoint <c>us-east-1</c>.</summary>
    public string? Region { get; init; }

    /// <summary><c>endpoint</c>: http or https address of a store other than AWS's. Default: AWS's for the region.</summary>
    public string? Endpoint { get; init; }

    /// <summary><c>access_key</c> or <c>access_key_id</c>. Default: the default chain (environment, profile, web identity, instance).</summary>
    public string? AccessKey { get; init; }

    /// <summary><c>secret_key</c> or <c>secret_access_key</c>; together with the access key.</summary>
    public string? SecretKey { get; init; }

    /// <summary><c>access_key_file</c>: a file with the access key, in place of <see cref="AccessKey"/>. Read anew for each request.</summary>
    public string? AccessKeyFile { get; init; }

    /// <summary><c>secret_key_file</c>: a file with the secret key; together with <see cref="AccessKeyFile"/>.</summary>
    public string? SecretKeyFile { get; init; }

    /// <summary><c>path_style</c>: the bucket in the path, not in the host name. Default: true with an endpoint, else false.</summary>
    public bool PathStyle { get; init; }

    /// <summary><c>checksum_mode</c>: <c>when_supported</c> or <c>when_required</c>. Default: the latter with an endpoint, else the former.</summary>
    public ChecksumMode ChecksumMode { get; init; } = ChecksumMode.WhenSupported;

    /// <inheritdoc />
    internal override IEnumerable<SecretFile> SecretFiles => new[]
    {
        SecretFile.Of("access_key_file", AccessKeyFile, "the access key"),
        SecretFile.Of("secret_key_file", SecretKeyFile, "the secret key"),
    }.OfType<SecretFile>();

    /// <inheritdoc />
    protected override bool PrintMembers(StringBuilder text)
    {
        text.Append("Bucket = ").Append(Bucket).Append(", Prefix = ").Append(Prefix).Append(", Endpoint = ").Append(Endpoint); // Never the secrets.
        return true;
    }
}
