namespace KafkaBackup.Shared.Configuration;

/// <summary><c>backup</c>: how partitions are read and how segments are cut and compressed.</summary>
public sealed record BackupSection
{
    /// <summary>What reading one partition takes beyond its segment: prefetched records, and buffers of codec and batches. 32 MiB.</summary>
    public const long MemoryBesideSegment = 32L * 1024 * 1024;

    /// <summary>The largest <c>fetch_max_bytes</c>: half of what is prefetched, so that a next fetch can be under way. 8 MiB.</summary>
    public const int MaxFetchBytes = (int)(MemoryBesideSegment / 4);

    /// <summary>The largest <c>segment_max_bytes</c> with lz4: the format keeps the length of a body in 32 bits, and the last record may exceed the limit. 2 GiB.</summary>
    public const long MaxLz4Bytes = 1L << 31;

    /// <summary><c>compression</c>: <c>zstd</c>, <c>lz4</c> or <c>none</c>. Default: zstd.</summary>
    public CompressionCodec Compression { get; init; } = CompressionCodec.Zstd;

    /// <summary><c>compression_level</c>: 1 to 22. Default: 3. Of use with zstd only: lz4 has one level here. Always checked.</summary>
    public int CompressionLevel { get; init; } = 3;

    /// <summary><c>segment_max_bytes</c>: a segment is sealed when its uncompressed body reaches this. Default: 128 MiB. At least 1.</summary>
    public long SegmentMaxBytes { get; init; } = 134_217_728;

    /// <summary><c>segment_max_records</c>: a segment is sealed when it holds this many records. Default: no limit.</summary>
    public long? SegmentMaxRecords { get; init; }

    /// <summary><c>segment_max_interval_ms</c>: a segment is sealed when its first record came this long ago. Default: 60 s.</summary>
    public TimeSpan SegmentMaxInterval { get; init; } = TimeSpan.FromMilliseconds(60_000);

    /// <summary><c>start_offset</c>. Default: earliest.</summary>
    public StartOffset StartOffset { get; init; } = StartOffset.Earliest;

    /// <summary><c>continuous</c>: go on for ever, from the saved positions. Default: false.</summary>
    public bool IsContinuous { get; init; }

    /// <summary><c>poll_interval_ms</c>: how often a continuous run looks for new records, topics and partitions. Default: 1 s.</summary>
    /// <remarks>Looking takes a twentieth of the time at most: when it is slow, or takes much of the processor, it is done less often. OSO's default of 100 ms is one of its faults.</remarks>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary><c>stop_at_current_offsets</c>: a snapshot, which ends at the high watermarks of one moment. Default: false.</summary>
    public bool StopsAtCurrentOffsets { get; init; }

    /// <summary><c>include_internal_topics</c>: back up topics that Kafka calls internal, as well. Default: false.</summary>
    public bool IncludesInternalTopics { get; init; }

    /// <summary><c>internal_topics</c>: which of them; empty for all. They must fit <c>source.topics</c> too. Default: empty.</summary>
    public IReadOnlyList<string> InternalTopics { get; init; } = [];

    /// <summary><c>consumer_group_snapshot</c>: keep the committed offsets of consumer groups beside the records. Default: false.</summary>
    public bool SnapshotsConsumerGroups { get; init; }

    /// <summary><c>sync_interval_secs</c>: how often manifest and remote <c>offsets.db</c> are looked at during a run. Default: see <see cref="BackupConfiguration.SyncInterval"/>.</summary>
    public TimeSpan? SyncInterval { get; init; }

    /// <summary><c>open_transaction_limit_secs</c>: a transaction that holds back the end of a partition for longer is a failure. Default: 15 min.</summary>
    public TimeSpan OpenTransactionLimit { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary><c>include_offset_headers</c>: append <c>x-original-offset</c> and <c>x-original-timestamp</c> to each record. Default: true.</summary>
    public bool IncludeOffsetHeaders { get; init; } = true;

    /// <summary><c>source_cluster_id</c>: value of the header <c>x-source-cluster</c>, added with the offset headers. Default: none.</summary>
    public string? SourceClusterId { get; init; }

    /// <summary><c>max_concurrent_partitions</c>: how many partitions a node reads at once. Default: 8. At least 1.</summary>
    public int MaxConcurrentPartitions { get; init; } = 8;

    /// <summary>How many of them if each has few records, so that it is waiting and not memory or processors that takes the time: as many as <c>max_concurrent_partitions</c> says. Default: 32.</summary>
    public int MaxConcurrentSmall { get; init; } = 32;

    /// <summary><c>fetch_max_bytes</c>: what one fetch asks of a broker at most. Default: 4 MiB. At most <see cref="MaxFetchBytes"/>.</summary>
    public int FetchMaxBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary><c>max_memory_bytes</c>: what segments and prefetched records may take on a node. Default: a quarter of the memory of machine or container.</summary>
    public long? MaxMemoryBytes { get; init; }

    /// <summary>The memory of a node that serves one backup only: what its user set, or a quarter of what there is.</summary>
    /// <param name="availableBytes">Memory of the machine or container.</param>
    public long MemoryOf(long availableBytes) => MaxMemoryBytes ?? availableBytes / 4;
}
