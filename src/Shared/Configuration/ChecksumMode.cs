namespace KafkaBackup.Shared.Configuration;

/// <summary><c>storage.checksum_mode</c>: when requests to S3 carry a checksum, and answers are checked by one.</summary>
public enum ChecksumMode
{
    /// <summary>Whenever the operation knows one. AWS's own rule.</summary>
    WhenSupported,

    /// <summary>Only where the operation demands one. For older clones of S3, which refuse trailing checksums or store them as data.</summary>
    WhenRequired,
}
