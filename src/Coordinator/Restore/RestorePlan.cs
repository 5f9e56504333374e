using System.Collections.Immutable;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>What a restore does: the topics that it makes, and an order for each partition.</summary>
public sealed record RestorePlan
{
    /// <summary>With these nothing of a restored topic is deleted, compacted, given another time or refused, however old or new its records were at the
    /// source.</summary>
    private static readonly IReadOnlyDictionary<string, string> Holds = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["retention.ms"] = "-1",
        ["retention.bytes"] = "-1",
        ["cleanup.policy"] = "delete",
        ["message.timestamp.type"] = "CreateTime",
        ["message.timestamp.before.max.ms"] = $"{long.MaxValue}",
        ["message.timestamp.after.max.ms"] = $"{long.MaxValue}",
    };

    /// <summary>What a setting is changed to so that nothing is lost or refused by it.</summary>
    public static string HoldOf(string setting) => Holds[setting];

    /// <summary>Whether a setting is changed for that.</summary>
    public static bool IsHeld(string setting) => Holds.ContainsKey(setting);

    /// <summary>Whether a topic that has <paramref name="value"/> has it by a hold.</summary>
    public static bool IsHold(string setting, string? value) => Holds.TryGetValue(setting, out var hold) && hold == value;

    /// <summary>Settings that newer brokers do not know, and that older ones would go by: left out.</summary>
    private static readonly string[] Outdated = ["message.format.version", "message.timestamp.difference.max.ms"];

    /// <summary>Kafka's own, which a target has of its own.</summary>
    private static readonly string[] Internal = ["__consumer_offsets", "__transaction_state", "__share_group_state"];

    private const int MaxNamed = 10;

    private const string MinInSync = "min.insync.replicas";

    /// <summary>Topics to make, in order of their names.</summary>
    public required IReadOnlyList<RestoreTopic> Topics { get; init; }

    /// <summary>The names at the target of those of them that an earlier attempt has made.</summary>
    public ImmutableHashSet<string> AlreadyMade { get; init; } = [];

    /// <summary>The name of its document beside the backup; null where that does not matter.</summary>
    public string? Restore { get; init; }

    /// <summary>The id of the target; null when it tells none.</summary>
    public string? Cluster { get; init; }

    /// <summary>The id of the cluster that was backed up; null when the backup does not tell.</summary>
    public string? SourceCluster { get; init; }

    /// <summary>Whether another attempt can go on with it when it ends early.</summary>
    public bool CanGoOn { get; init; }

    /// <summary>Partitions to restore, the largest first.</summary>
    public required IReadOnlyList<RestorePartition> Orders { get; init; }

    /// <summary>Consumer groups to set once all is restored, in order of their ids.</summary>
    public IReadOnlyList<RestoreGroup> Groups { get; init; } = [];

    /// <summary>What stands in its way, where it is only to be told what it would do; else that ends it.</summary>
    public IReadOnlyList<Fault> Refusals { get; init; } = [];

    /// <summary>What the operator should know before it begins.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>What is told where not one record is chosen; null: all are.</summary>
    public string? NothingChosen { get; init; }

    /// <summary>What a plan needs of each topic of a backup, which may hold many times as much; null: nothing.</summary>
    public static Func<ManifestTopic, ManifestTopic?> NeededBy(RestoreConfiguration configuration)
    {
        var (filter, restore) = (new Lazy<TopicFilter>(() => TopicFilter.OfRestore(configuration.Target.Topics)), configuration.Restore); // A backup that cannot be read is told before a filter that is none.
        return topic => IsWanted(topic.Name, filter.Value) ? topic with { Partitions = [.. topic.Partitions.Select(partition => partition with { Segments = SegmentsOf(topic.Name, partition) })] } : null;

        IReadOnlyList<ManifestSegment> SegmentsOf(string topic, ManifestPartition partition) =>
            IsChosen(partition, restore) ? SourceOf(new PartitionId(topic, partition.PartitionId), partition.Segments, restore).Segments : [];
    }

    private static bool IsWanted(string topic, TopicFilter filter) => filter.Matches(topic) && (!Internal.Contains(topic) || filter.Literals.Contains(topic));

    private static bool IsChosen(ManifestPartition partition, RestoreSection restore) => restore.SourcePartitions.Count == 0 || restore.SourcePartitions.Contains(partition.PartitionId);

    /// <summary>The plan for what <paramref name="manifest"/> tells.</summary>
    /// <param name="manifest">What the backup holds, at least what is <see cref="NeededBy"/> the configuration.</param>
    /// <param name="configuration">What is wanted of it.</param>
    /// <param name="brokers">How many brokers the target has.</param>
    /// <param name="snapshot">What consumer groups had committed; null when no group is to be set.</param>
    /// <exception cref="BackupException">It cannot be done: nothing is wanted of the backup, or two partitions would go into one.</exception>
    public static RestorePlan Of(BackupManifest manifest, RestoreConfiguration configuration, int brokers, GroupSnapshot? snapshot = null)
    {
        var restore = configuration.Restore;
        var filter = TopicFilter.OfRestore(configuration.Target.Topics);
        var wanted = manifest.Topics.Where(topic => IsWanted(topic.Name, filter)).OrderBy(topic => topic.Name, StringComparer.Ordinal).ToList();
        RefuseTopicsOfNothing(manifest.BackupId, configuration.Target.Topics, filter.Literals, wanted);
        if (restore.TopicMapping.Keys.Order(StringComparer.Ordinal).FirstOrDefault(name => wanted.TrueForAll(topic => topic.Name != name)) is { } unknown)
        {
            throw Wrong($"restore.topic_mapping names '{unknown}', which is no topic of backup '{manifest.BackupId}' that is restored.");
        }

        var orders = wanted.SelectMany(topic => OrdersOf(topic, restore)).OrderByDescending(order => order.Records).ToList();
        if (orders.GroupBy(order => order.Target).FirstOrDefault(into => into.Count() > 1) is { } twice)
        {
            throw Wrong($"{string.Join(" and ", twice.Select(order => order.Source))} would both go into {twice.Key}. Correct restore.topic_mapping or restore.partition_mapping.");
        }

        RefuseNamesOfNothing(restore, orders);
        RefuseChoicesOfNothing(restore, wanted, orders);
        var notes = new List<string>();
        if (restore.Produce.Acks is var acks and not ProduceAcks.All)
        {
            notes.Add($"restore.produce_acks is {(acks == ProduceAcks.Leader ? 1 : 0)}: what the target loses of what it was sent is not sent again, and is seen when it is counted, at the end. --verify full compares every record. "
                + "Nothing is noted of how far the restore is: one that ended early compares all that is there before it goes on.");
        }

        if (wanted.Sum(topic => topic.Partitions.Sum(partition => partition.Gaps.Count)) is var gaps and > 0)
        {
            notes.Add($"The backup lacks {gaps} range(s) of offsets that were gone at the source before they were backed up; 'kafka-backup describe' shows them.");
        }

        if (wanted.Sum(topic => topic.Partitions.Sum(partition => partition.Pruned.Count)) is var pruned and > 0)
        {
            notes.Add($"{pruned} range(s) of offsets were deleted from the backup, by its retention; 'kafka-backup describe' shows them.");
        }

        (var groups, orders) = RestoreGroups.Of(snapshot, configuration, wanted, orders, notes);
        var targets = orders.ToLookup(order => order.Target.Topic, order => order.Target.Number);
        var topics = wanted.Select(topic => Made(topic, restore, brokers, targets, notes)).ToList();
        if (topics.GroupBy(topic => topic.Made.Name).FirstOrDefault(into => into.Count() > 1) is { } same)
        {
            throw Wrong($"{string.Join(" and ", same.Select(topic => topic.Source))} would both become '{same.Key}'. Correct restore.topic_mapping.");
        }

        return new RestorePlan { Topics = topics, Orders = orders, Groups = groups, Notes = notes, SourceCluster = manifest.SourceClusterId };
    }

    /// <exception cref="BackupException">A topic that is named is not there, or none is that is wanted.</exception>
    private static void RefuseTopicsOfNothing(string backup, TopicsSection topics, IReadOnlyList<string> named, List<ManifestTopic> wanted)
    {
        var absent = named.Where(name => wanted.TrueForAll(topic => topic.Name != name)).Order(StringComparer.Ordinal).ToList();
        if (absent.Count > 0)
        {
            throw Wrong($"target.topics.include names {Names(absent)}, and backup '{backup}' has no such {(absent.Count == 1 ? "topic" : "topics")}. See 'kafka-backup describe' for those that it has.");
        }

        if (wanted.Count == 0)
        {
            throw Wrong($"Backup '{backup}' has no topic that target.topics lets through{(topics.Include.Count == 0 ? "" : $": include has {Names(topics.Include)}")}{(topics.Exclude.Count == 0 ? "" : $"; exclude has {Names(topics.Exclude)}")}. "
                + "See 'kafka-backup describe' for those that it has.");
        }
    }

    private static string Names(IReadOnlyList<string> names) => $"{string.Join(", ", names.Take(MaxNamed).Select(name => $"'{name}'"))}{(names.Count > MaxNamed ? " and others" : "")}";

    /// <exception cref="BackupException">The section names a topic or a partition that is not restored.</exception>
    private static void RefuseNamesOfNothing(RestoreSection restore, List<RestorePartition> orders)
    {
        if (restore.Repartitioning.Keys.Order(StringComparer.Ordinal).FirstOrDefault(name => orders.TrueForAll(order => order.Target.Topic != name)) is { } unshared)
        {
            throw Wrong($"restore.repartitioning names '{unshared}', which is no topic that is restored, by its name at the target.");
        }

        var numbers = orders.SelectMany(order => order.Origins).Select(source => source.Number).ToHashSet();
        if (restore.SourcePartitions.Order().Where(number => !numbers.Contains(number)).Select(number => (int?)number).FirstOrDefault() is { } nowhere)
        {
            throw Wrong($"restore.source_partitions names {nowhere}, and no topic that is restored has records in such a partition.");
        }

        if (restore.PartitionMapping.Keys.Order().Where(number => !numbers.Contains(number)).Select(number => (int?)number).FirstOrDefault() is { } unmapped)
        {
            throw Wrong($"restore.partition_mapping names {unmapped}, and no topic that is restored has records in such a partition.");
        }
    }

    /// <exception cref="BackupException">The section names a topic or a partition that is not restored.</exception>
    private static void RefuseChoicesOfNothing(RestoreSection restore, List<ManifestTopic> wanted, List<RestorePartition> orders)
    {
        var sources = orders.SelectMany(order => order.Origins).ToHashSet();
        if (restore.OffsetRanges.Keys.Order().Where(partition => !sources.Contains(partition)).Select(partition => (PartitionId?)partition).FirstOrDefault() is { } nowhere)
        {
            throw Wrong($"restore.offset_ranges names partition {nowhere.Number} of '{nowhere.Topic}', and the backup has no such partition that is restored.");
        }

        if (restore.RecordFilters.SelectMany(filter => filter.Topics).FirstOrDefault(glob => !wanted.Any(topic => TopicFilter.IsMatch(glob, topic.Name))) is { } none)
        {
            throw Wrong($"restore.record_filters names '{none}', and no topic that is restored is called so in the backup.");
        }

        if (restore.TopicConfigs.Keys.Where(name => name != RestoreSection.AllTopics).Order(StringComparer.Ordinal).FirstOrDefault(name => wanted.TrueForAll(topic => NameOf(topic, restore) != name)) is { } unset)
        {
            throw Wrong($"restore.topic_configs names '{unset}', which is no topic that is restored, by its name at the target.");
        }
    }

    /// <summary>How many records the backup tells of in all partitions.</summary>
    public long Records => Orders.Sum(order => order.Records);

    /// <summary>The plan, with how each partition's topic wants records, as its settings are now, and what they do to records: its own ones, which it gets back if they are held.</summary>
    public RestorePlan WithLimits(DateTimeOffset now)
    {
        var limits = Topics.ToDictionary(
            topic => topic.Made.Name, topic => (Limits: TargetLimits.Of(topic.Made.Configurations), Rules: RecordRules.Of(topic.Own, now, leavesOut: false)), StringComparer.Ordinal);
        return this with
        {
            Orders = [.. Orders.Select(order => order with { Limits = limits[order.Target.Topic].Limits, Rules = order.Rules.LeavesOut ? order.Rules : limits[order.Target.Topic].Rules })],
        };
    }

    private static IEnumerable<RestorePartition> OrdersOf(ManifestTopic topic, RestoreSection restore)
    {
        var (name, sources) = (NameOf(topic, restore), topic.Partitions
            .Where(partition => IsChosen(partition, restore))
            .OrderBy(partition => partition.PartitionId)
            .Select(partition => SourceOf(new PartitionId(topic.Name, partition.PartitionId), partition.Segments, restore)).ToList());
        var orders = restore.Repartitioning.TryGetValue(name, out var repartitioning)
            ? Enumerable.Range(0, repartitioning.Partitions).Select(number => RestorePartition.Of(topic.Name, new PartitionId(name, number), new RestoredShare(sources, repartitioning)))
            : sources.Select(source => new RestorePartition(
                source.Partition, new PartitionId(name, restore.PartitionMapping.GetValueOrDefault(source.Partition.Number, source.Partition.Number)), source.Segments));
        var filters = FiltersOf(topic.Name, restore);
        return orders.Select(order => order with { Filters = filters });
    }

    /// <summary>Tells which filters choose the records of a topic of the backup; null: none do.</summary>
    internal static string? FiltersOf(string topic, RestoreSection restore) => RecordFilter.Fingerprint([.. restore.RecordFilters.Where(filter => filter.IsFor(topic))]);

    /// <summary>Segments without a wanted offset are not read. What others' tools say of theirs is not relied on.</summary>
    internal static RestoredSource SourceOf(PartitionId source, IReadOnlyList<ManifestSegment> segments, RestoreSection restore) => new(
        source,
        restore.OffsetRanges.TryGetValue(source, out var range)
            ? [.. segments.Where(segment => BackupKeys.EpochOf(segment.Key) is null || (segment.EndOffset >= range.From && segment.StartOffset <= range.To))]
            : segments);

    private static string NameOf(ManifestTopic topic, RestoreSection restore) => restore.TopicMapping.GetValueOrDefault(topic.Name, topic.Name);

    private static RestoreTopic Made(ManifestTopic topic, RestoreSection restore, int brokers, ILookup<string, int> targets, List<string> notes)
    {
        var name = NameOf(topic, restore);
        var known = topic.Partitions.Select(partition => partition.PartitionId).Append(-1).Max() + 1;
        var written = targets[name].Append(-1).Max() + 1;
        var partitions = restore.Repartitioning.GetValueOrDefault(name)?.Partitions ?? Math.Max(1, Math.Max(written, topic.OriginalPartitionCount ?? known));
        var replicas = restore.DefaultReplicationFactor ?? topic.SourceReplicationFactor;
        var settings = SettingsOf(topic, restore.TopicConfigsOf(name));
        if (replicas > brokers)
        {
            notes.Add($"Topic '{name}' is made with {brokers} replicas in place of {replicas}: the target has no more brokers.");
            replicas = brokers;
        }

        var holds = Holds.ToDictionary(StringComparer.Ordinal);
        if (int.TryParse(settings.GetValueOrDefault(MinInSync), out var least) && least > (replicas ?? 1))
        {
            notes.Add($"Topic '{name}' is made with {MinInSync}={replicas ?? 1} in place of {least}, so that it can be written to with its replicas.");
            holds[MinInSync] = $"{replicas ?? 1}";
        }

        var held = holds.Keys.Concat(Outdated.Where(settings.ContainsKey)).ToDictionary(key => key, key => settings.GetValueOrDefault(key), StringComparer.Ordinal);
        foreach (var (key, value) in holds)
        {
            settings[key] = value;
        }

        foreach (var key in Outdated)
        {
            settings.Remove(key);
        }

        return new RestoreTopic(topic.Name, new NewTopic(name, partitions, replicas, settings), held);
    }

    private static Dictionary<string, string> SettingsOf(ManifestTopic topic, IReadOnlyDictionary<string, string?> overrides) =>
        topic.Configurations.Where(setting => !overrides.ContainsKey(setting.Key))
            .Concat(overrides.Where(setting => setting.Value is not null).Select(setting => KeyValuePair.Create(setting.Key, setting.Value!)))
            .ToDictionary(StringComparer.Ordinal);

    private static BackupException Wrong(string sentence) => new(FailureKind.Configuration, sentence);
}
