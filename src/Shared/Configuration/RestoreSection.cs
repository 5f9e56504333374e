using System.Collections.ObjectModel;

namespace KafkaBackup.Shared.Configuration;

/// <summary><c>restore</c>: what of a backup is restored, and how.</summary>
public sealed record RestoreSection
{
    /// <summary><c>time_window_start</c>: records with an earlier timestamp are left out; ms since 1970. Default: null, none is.</summary>
    public long? TimeWindowStart { get; init; }

    /// <summary><c>time_window_end</c>: records with a later timestamp are left out; ms since 1970. Default: null, none is.</summary>
    public long? TimeWindowEnd { get; init; }

    /// <summary><c>source_partitions</c>: the numbers of the partitions to restore, of every topic. Default: empty, which means all.</summary>
    public IReadOnlyCollection<int> SourcePartitions { get; init; } = [];

    /// <summary><c>offset_ranges</c>: by partition of the backup, the offsets at the source of the records that are restored. Default: empty, all are.</summary>
    public IReadOnlyDictionary<PartitionId, OffsetBounds> OffsetRanges { get; init; } = ReadOnlyDictionary<PartitionId, OffsetBounds>.Empty;

    /// <summary><c>record_filters</c>: leave out records, or make them tombstones, by key or header; all of them apply. Default: empty.</summary>
    public IReadOnlyList<RecordFilter> RecordFilters { get; init; } = [];

    /// <summary><c>topic_mapping</c>: names of topics at the target by their names at the source. Default: the same names.</summary>
    public IReadOnlyDictionary<string, string> TopicMapping { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary><c>partition_mapping</c>: partitions at the target by those at the source, in every topic. Default: the same numbers.</summary>
    public IReadOnlyDictionary<int, int> PartitionMapping { get; init; } = ReadOnlyDictionary<int, int>.Empty;

    /// <summary><c>repartitioning</c>: topics that get another number of partitions than they had at the source, by their names at the target. <see cref="PartitionMapping"/> does not
    /// matter to them. Default: none.</summary>
    public IReadOnlyDictionary<string, Repartitioning> Repartitioning { get; init; } = ReadOnlyDictionary<string, Repartitioning>.Empty;

    /// <summary><c>default_replication_factor</c>: of the topics that are created. Default: null, what they had at the source, or what the target gives
    /// by default where that is not known.</summary>
    public int? DefaultReplicationFactor { get; init; }

    /// <summary>The key of <see cref="TopicConfigs"/> that goes for all topics.</summary>
    public const string AllTopics = "*";

    /// <summary><c>topic_configs</c>: settings that topics are made with in place of those that they had at the source, by their names at the target or <see cref="AllTopics"/>;
    /// null: the topic has none of its own. Default: empty.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string?>> TopicConfigs { get; init; } = ReadOnlyDictionary<string, IReadOnlyDictionary<string, string?>>.Empty;

    /// <summary>How records are sent.</summary>
    public ProduceSettings Produce { get; init; } = new();

    /// <summary><c>include_original_offset_header</c>: give each record the headers <c>x-original-offset</c>, <c>x-original-timestamp</c> and
    /// <c>x-source-partition</c>; <c>consumer_group_strategy: header-based</c> does the same. Default: false.</summary>
    public bool IncludesOriginalOffset { get; init; }

    /// <summary><c>rate_limit_records_per_sec</c>: how many records a second the whole restore sends at most. Default: null, no limit.</summary>
    public long? MaxRecordsPerSecond { get; init; }

    /// <summary><c>rate_limit_bytes_per_sec</c>: how many bytes of keys, values and headers a second the whole restore sends at most. Default: null, no limit.</summary>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary><c>create_topics</c>: make the topics that are not at the target. Default: false, they have to be there.</summary>
    public bool CreatesTopics { get; init; }

    /// <summary><c>purge_topics</c>: delete all records of topics that are at the target before restoring into them. Default: false, a topic that holds records is refused.</summary>
    public bool PurgesTopics { get; init; }

    /// <summary><c>existing_topic_policy: append</c>: add to the records of topics that are at the target. Default: false, a topic that holds records is refused.</summary>
    public bool AppendsToTopics { get; init; }

    /// <summary><c>retention_policy</c>: what is done about settings of topics at the target that would delete or change what is restored. Default:
    /// <see cref="RetentionPolicy.Refuse"/>.</summary>
    public RetentionPolicy RetentionPolicy { get; init; }

    /// <summary><c>dry_run</c>: read all that would be restored, ask the target, and write nothing. Default: false.</summary>
    public bool IsDryRun { get; init; }

    /// <summary><c>--verify full</c>: read every record back from the target, and compare it with the backup. Default: false, they are counted.</summary>
    public bool ComparesAll { get; init; }

    /// <summary>Whether all is read back: for <see cref="ComparesAll"/>, or before groups are set by it.</summary>
    public bool ReadsBack => ComparesAll || (GroupStrategy == GroupStrategy.Scan && !IsDryRun);

    /// <summary><c>max_concurrent_partitions</c>: how many partitions are restored at a time; 1 to 1,000. Default: 4.</summary>
    public int MaxConcurrentPartitions { get; init; } = 4;

    /// <summary><c>max_memory_bytes</c>: what stored segments and records on their way may take on a node; one segment at a time always may. Default: null, a quarter of the memory of machine
    /// or container; on a node of a cluster half of what it has for backups and restores.</summary>
    public long? MaxMemoryBytes { get; init; }

    /// <summary>The memory of a process that makes one restore only: what its user set, or a quarter of what there is.</summary>
    /// <param name="availableBytes">Memory of the machine or container.</param>
    public long MemoryOf(long availableBytes) => MaxMemoryBytes ?? availableBytes / 4;

    /// <summary><c>consumer_groups</c> with <c>reset_consumer_offsets</c>: the ids of the groups whose offsets are set at the target. Default: empty.</summary>
    public IReadOnlyList<string> ConsumerGroups { get; init; } = [];

    /// <summary><c>auto_consumer_groups</c>: set the offsets of every group that has one in a partition that is restored. Default: false.</summary>
    public bool SetsAllGroups { get; init; }

    /// <summary><c>consumer_group_strategy</c>: how their places are found. Default: by counting.</summary>
    public GroupStrategy GroupStrategy { get; init; }

    /// <summary>Whether offsets of any group are set.</summary>
    public bool SetsGroups => SetsAllGroups || ConsumerGroups.Count > 0;

    /// <summary>What <see cref="TopicConfigs"/> say of a topic: what goes for it by its name, and else for all.</summary>
    /// <param name="topic">Its name at the target.</param>
    public IReadOnlyDictionary<string, string?> TopicConfigsOf(string topic) =>
        ((string[])[topic, AllTopics]).SelectMany(name => TopicConfigs.GetValueOrDefault(name) ?? ReadOnlyDictionary<string, string?>.Empty)
            .DistinctBy(setting => setting.Key).ToDictionary(StringComparer.Ordinal);

    /// <summary>The section with what a command's options add to it.</summary>
    /// <param name="isDryRun">Whether nothing is to be written, whatever the file says.</param>
    /// <param name="comparesAll"><c>--verify full</c>.</param>
    /// <exception cref="BackupException">The two exclude each other.</exception>
    public RestoreSection With(bool isDryRun, bool comparesAll) => (IsDryRun || isDryRun, comparesAll) is (true, true)
        ? throw new BackupException(FailureKind.Configuration, "--verify full compares what is restored, and a dry run restores nothing: leave out one of the two.")
        : this with { IsDryRun = IsDryRun || isDryRun, ComparesAll = comparesAll };

    /// <summary>Whether a record is restored, as far as its place and time decide.</summary>
    /// <param name="source">Its partition in the backup.</param>
    /// <param name="offset">Its offset at the source.</param>
    /// <param name="timestamp">Its timestamp, ms since 1970.</param>
    public bool Admits(PartitionId source, long offset, long timestamp) => Admits(timestamp) && Admits(source, offset);

    /// <summary>The filters that concern a topic, by its name in the backup.</summary>
    public RecordFilter[] FiltersOf(string topic) => [.. RecordFilters.Where(filter => filter.IsFor(topic))];

    /// <summary>Whether a record of this offset of a partition of the backup is restored.</summary>
    public bool Admits(PartitionId source, long offset) => OffsetRanges.Count == 0 || !OffsetRanges.TryGetValue(source, out var range) || range.Admits(offset);

    /// <summary>Whether a record with this timestamp is restored. One without a timestamp counts as older than any.</summary>
    public bool Admits(long timestamp) => timestamp >= (TimeWindowStart ?? long.MinValue) && timestamp <= (TimeWindowEnd ?? long.MaxValue);
}
