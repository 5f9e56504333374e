namespace KafkaBackup.Shared.Configuration;

/// <summary>Reads the section <c>backup</c>.</summary>
internal static class BackupSectionReader
{
    private const long MaxMilliseconds = long.MaxValue / TimeSpan.TicksPerMillisecond;

    /// <summary>The section; what could not be read in it has its default, after a report.</summary>
    public static BackupSection Read(YamlMapReader map)
    {
        var defaults = new BackupSection();
        var segmentMaxBytes = map.Value("segment_max_bytes") is { } bytes ? bytes.Int64(1) : defaults.SegmentMaxBytes;
        var concurrent = map.Int32("max_concurrent_partitions", 1);
        var section = new BackupSection
        {
            Compression = CompressionCodecNames.OfName(map.Choice("compression", CompressionCodecNames.All)) ?? defaults.Compression,
            CompressionLevel = map.Int32("compression_level", 1, 22) ?? defaults.CompressionLevel,
            SegmentMaxBytes = segmentMaxBytes ?? defaults.SegmentMaxBytes,
            SegmentMaxRecords = map.Int64("segment_max_records", 1),
            SegmentMaxInterval = Milliseconds(map.Int64("segment_max_interval_ms", 1, MaxMilliseconds)) ?? defaults.SegmentMaxInterval,
            StartOffset = (map.Value("start_offset") is { } start ? StartOffsetReader.Read(start) : null) ?? defaults.StartOffset,
            IsContinuous = map.Boolean("continuous") ?? defaults.IsContinuous,
            PollInterval = Milliseconds(map.Int64("poll_interval_ms", 1, MaxMilliseconds)) ?? defaults.PollInterval,
            StopsAtCurrentOffsets = map.Boolean("stop_at_current_offsets") ?? defaults.StopsAtCurrentOffsets,
            IncludesInternalTopics = map.Boolean("include_internal_topics") ?? defaults.IncludesInternalTopics,
            InternalTopics = map.TextList("internal_topics") ?? defaults.InternalTopics,
            SnapshotsConsumerGroups = map.Boolean("consumer_group_snapshot") ?? defaults.SnapshotsConsumerGroups,
            SyncInterval = map.Int64("sync_interval_secs", 1, ConfigurationLoader.MaxSeconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            OpenTransactionLimit = map.Int64("open_transaction_limit_secs", 1, ConfigurationLoader.MaxSeconds) is { } limit
                ? TimeSpan.FromSeconds(limit)
                : defaults.OpenTransactionLimit,
            IncludeOffsetHeaders = map.Boolean("include_offset_headers") ?? defaults.IncludeOffsetHeaders,
            SourceClusterId = map.Text("source_cluster_id"),
            MaxConcurrentPartitions = concurrent ?? defaults.MaxConcurrentPartitions,
            MaxConcurrentSmall = concurrent ?? defaults.MaxConcurrentSmall,
            FetchMaxBytes = map.Int32("fetch_max_bytes", 1, BackupSection.MaxFetchBytes) ?? defaults.FetchMaxBytes,
            MaxMemoryBytes = ReadMaxMemory(map.Value("max_memory_bytes"), segmentMaxBytes),
        };
        CheckTogether(map, section);
        return section;
    }

    private static void CheckTogether(YamlMapReader map, BackupSection section)
    {
        if (section is { IsContinuous: true, StopsAtCurrentOffsets: true })
        {
            map.Value("stop_at_current_offsets")!.Report("contradicts backup.continuous: a run either ends at the current offsets or never; remove one of them");
        }

        if (map.Value("poll_interval_ms") is { } poll && !section.IsContinuous)
        {
            poll.Report("is of no use without backup.continuous: true");
        }

        if (map.Value("internal_topics") is { } names && !section.IncludesInternalTopics)
        {
            names.Report("is of no use without backup.include_internal_topics: true");
        }

        if (section is { Compression: CompressionCodec.Lz4, SegmentMaxBytes: > BackupSection.MaxLz4Bytes })
        {
            map.Value("segment_max_bytes")!.Report(
                $"must be at most {BackupSection.MaxLz4Bytes} with compression lz4, as the format keeps the length of what is in a segment in 32 bits");
        }
    }

    private static long? ReadMaxMemory(YamlValue? value, long? segmentMaxBytes)
    {
        var memory = value?.Int64(1);
        if (memory - BackupSection.MemoryBesideSegment < segmentMaxBytes)
        {
            var minimum = (Int128)segmentMaxBytes + BackupSection.MemoryBesideSegment;
            value!.Report($"must be at least {minimum}, which is segment_max_bytes plus {BackupSection.MemoryBesideSegment}");
        }

        return memory;
    }

    private static TimeSpan? Milliseconds(long? count) => count is { } value ? TimeSpan.FromMilliseconds(value) : null;
}
