namespace KafkaBackup.Shared.Kafka;

/// <summary>How batches of records are compressed on their way into a cluster.</summary>
public enum RecordCodec
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>As a gzip stream.</summary>
    Gzip,

    /// <summary>By Snappy.</summary>
    Snappy,

    /// <summary>As an LZ4 frame.</summary>
    Lz4,

    /// <summary>By Zstandard.</summary>
    Zstd,
}
