using System.Globalization;

namespace KafkaBackup.Shared.Configuration;

/// <summary>Reads the section <c>restore</c>.</summary>
internal static class RestoreSectionReader
{
    private const int MostPartitionsAtATime = 1_000;

    /// <summary>The section.</summary>
    public static RestoreSection Read(YamlMapReader map)
    {
        var defaults = new RestoreSection();
        var end = map.Value("time_window_end");
        var section = new RestoreSection
        {
            TimeWindowStart = Time(map.Value("time_window_start")),
            TimeWindowEnd = Time(end),
            SourcePartitions = Partitions(map.Value("source_partitions")),
            OffsetRanges = RestoreSelectionReader.Ranges(map),
            RecordFilters = RestoreSelectionReader.Filters(map),
            TopicMapping = TopicMapping(map),
            PartitionMapping = PartitionMapping(map),
            Repartitioning = RepartitioningReader.Read(map),
            DefaultReplicationFactor = ReplicationFactor(map),
            TopicConfigs = TopicConfigsReader.Read(map),
            Produce = ProduceSettingsReader.Read(map),
            IncludesOriginalOffset = map.Boolean("include_original_offset_header") ?? defaults.IncludesOriginalOffset,
            MaxRecordsPerSecond = map.Int64("rate_limit_records_per_sec", 1),
            MaxBytesPerSecond = map.Int64("rate_limit_bytes_per_sec", 1),
            CreatesTopics = map.Boolean("create_topics") ?? defaults.CreatesTopics,
            PurgesTopics = map.Boolean("purge_topics") ?? defaults.PurgesTopics,
            AppendsToTopics = map.Choice("existing_topic_policy", ["refuse", "append"]) == "append",
            RetentionPolicy = map.Choice("retention_policy", ["refuse", "hold", "skip", "ignore"]) switch
            {
                "hold" => RetentionPolicy.Hold,
                "skip" => RetentionPolicy.Skip,
                "ignore" => RetentionPolicy.Ignore,
                _ => RetentionPolicy.Refuse,
            },
            IsDryRun = map.Boolean("dry_run") ?? defaults.IsDryRun,
            MaxConcurrentPartitions = map.Int32("max_concurrent_partitions", 1, MostPartitionsAtATime) ?? defaults.MaxConcurrentPartitions,
            MaxMemoryBytes = map.Int64("max_memory_bytes", 1),
        };
        if (section.TimeWindowStart > section.TimeWindowEnd)
        {
            end!.Report("must not be before time_window_start");
        }

        if (section is { AppendsToTopics: true, PurgesTopics: true })
        {
            map.Value("existing_topic_policy")!.Report("append excludes purge_topics: what is there is either kept or deleted");
        }

        return RestoreGroupsReader.Read(map, section);
    }

    /// <summary>OSO's -1 is the target's own default.</summary>
    private static int? ReplicationFactor(YamlMapReader map)
    {
        var value = map.Value("default_replication_factor");
        var factor = value?.Int64(-1, short.MaxValue);
        if (factor == 0)
        {
            value!.Report("must be 1 or more, or -1 for the target's own");
        }

        return factor is > 0 ? (int)factor : null;
    }

    /// <summary>Milliseconds since 1970, or a time of RFC 3339 with its offset.</summary>
    private static long? Time(YamlValue? value)
    {
        const string Rule = "must be milliseconds since 1970, or a time with its offset such as 2026-11-29T14:03:00Z";
        if (value?.Scalar("a time") is not { } text)
        {
            return null;
        }

        if (long.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
        {
            return milliseconds;
        }

        string[] forms = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
        if (HasOffset(text.Value) && DateTimeOffset.TryParseExact(text.Value, forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            && time >= DateTimeOffset.UnixEpoch)
        {
            return time.ToUnixTimeMilliseconds();
        }

        value.Reject(text, Rule);
        return null;
    }

    private static bool HasOffset(string time) => time.EndsWith('Z') || time.AsSpan(Math.Max(0, time.Length - 6)).IndexOfAny('+', '-') >= 0;

    private static HashSet<int> Partitions(YamlValue? value)
    {
        var partitions = new HashSet<int>();
        foreach (var text in value?.TextList(PartitionObjection) ?? [])
        {
            partitions.Add(int.Parse(text, CultureInfo.InvariantCulture));
        }

        return partitions;
    }

    private static string? PartitionObjection(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? null : "must be the number of a partition";

    private static Dictionary<string, string> TopicMapping(YamlMapReader map)
    {
        var mapping = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in Entries(map, "topic_mapping"))
        {
            if (value.Text(KafkaNames.TopicObjection) is { } target)
            {
                mapping[key.Text] = target;
            }
        }

        return mapping;
    }

    private static Dictionary<int, int> PartitionMapping(YamlMapReader map)
    {
        var mapping = new Dictionary<int, int>();
        foreach (var (key, value) in Entries(map, "partition_mapping"))
        {
            if (PartitionObjection(key.Text) is not null)
            {
                value.Report("must have the number of a partition as its key");
            }
            else if (value.Int64(0, int.MaxValue) is { } target)
            {
                mapping[int.Parse(key.Text, CultureInfo.InvariantCulture)] = (int)target;
            }
        }

        return mapping;
    }

    private static IEnumerable<(YamlScalar Key, YamlValue Value)> Entries(YamlMapReader map, string key)
    {
        IEnumerable<(YamlScalar, YamlValue)> entries = [];
        map.Section(key, section =>
        {
            entries = [.. section.Entries()];
            return section;
        });
        return entries;
    }
}
