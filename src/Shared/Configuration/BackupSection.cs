namespace KafkaBackup.Shared.Configuration;

/// <summary><c>backup</c>: how partitions are read and how segments are cut and compressed.</summary>
public sealed record BackupSection
{
    /// <summary>What reading one partition takes beyond its segment: prefetched records, and buffers of codec and batches. 32 MiB.</summary>
    public const long MemoryBesideSegment = 32L * 1024 * 1024;

    /// <summary><c>compression</c>: <c>zstd</c> or <c>none</c>. Default: zstd.</summary>
    public CompressionCodec Compression { get; init; } = CompressionCodec.Zstd;

    /// <summary><c>compression_level</c>: 1 to 22. Default: 3. Checked even when the codec has no levels.</summary>
    public int CompressionLevel { get; init; } = 3;

    /// <summary><c>segment_max_bytes</c>: a segment is sealed when its uncompressed body reaches this. Default: 128 MiB. At least 1.</summary>
    public long SegmentMaxBytes { get; init; } = 134_217_728;

    /// <summary><c>segment_max_records</c>: a segment is sealed when it holds this many records. Default: no limit.</summary>
    public long? SegmentMaxRecords { get; init; }

    /// <summary><c>segment_max_interval_ms</c>: a segment is sealed when its first record came this long ago. Default: 60 s.</summary>
    public TimeSpan SegmentMaxInterval { get; init; } = TimeSpan.FromMilliseconds(60_000);

    /// <summary><c>start_offset</c>. Default: earliest.</summary>
    public StartOffset StartOffset { get; init; } = StartOffset.Earliest;

    /// <summary><c>include_offset_headers</c>: append <c>x-original-offset</c> and <c>x-original-timestamp</c> to each record. Default: true.</summary>
    public bool IncludeOffsetHeaders { get; init; } = true;

    /// <summary><c>source_cluster_id</c>: value of the header <c>x-source-cluster</c>, added with the offset headers. Default: none.</summary>
    public string? SourceClusterId { get; init; }

    /// <summary><c>max_concurrent_partitions</c>: how many partitions a node reads at once. Default: 8. At least 1.</summary>
    public int MaxConcurrentPartitions { get; init; } = 8;

    /// <summary><c>max_memory_bytes</c>: what segments and prefetched records may take on a node. Default: a quarter of the memory of machine or container.</summary>
    public long? MaxMemoryBytes { get; init; }
}
