using System.Globalization;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>Which consumer groups a restore sets, and which offsets have to be translated for them.</summary>
internal static class RestoreGroups
{
    private const int MaxNamed = 10;

    /// <summary>The offsets that the backup holds; null when no group is to be set.</summary>
    /// <exception cref="BackupException">Groups are to be set, and the backup holds no offsets; or they cannot be read.</exception>
    public static async Task<GroupSnapshot?> ReadAsync(IObjectStore store, RestoreConfiguration configuration, CancellationToken cancellation)
    {
        if (!configuration.Restore.SetsGroups)
        {
            return null;
        }

        var key = BackupKeys.ConsumerGroups(configuration.BackupId);
        var stored = await store.GetAsync(key, cancellation) ?? throw Wrong(
            $"restore.{Asking(configuration.Restore)} wants consumer groups to be set, and backup '{configuration.BackupId}' holds no offsets of any: there is no "
            + $"{key}. A backup with backup.consumer_group_snapshot: true holds them; remove the key to restore without groups.");
        return GroupSnapshot.Read(stored.Content.Span, key);
    }

    /// <summary>The groups to set, and the orders with the marks that they need. A partition without records in the backup in which a group stands is ordered,
    /// too: its place there is the beginning.</summary>
    /// <param name="snapshot">The offsets that the backup holds; null when no group is to be set.</param>
    /// <param name="configuration">What is wanted.</param>
    /// <param name="topics">The topics that are restored.</param>
    /// <param name="orders">The partitions that are restored.</param>
    /// <param name="notes">Takes what the operator should know.</param>
    /// <exception cref="BackupException">A group that is named has no offset in what is restored.</exception>
    public static (IReadOnlyList<RestoreGroup> Groups, List<RestorePartition> Orders) Of(
        GroupSnapshot? snapshot, RestoreConfiguration configuration, IEnumerable<ManifestTopic> topics, List<RestorePartition> orders, List<string> notes)
    {
        if (snapshot is null)
        {
            return ([], orders);
        }

        var restore = configuration.Restore;
        var shared = orders.Where(order => order.Share is not null).Select(order => order.Source.Topic).ToHashSet(StringComparer.Ordinal);
        var places = PlacesOf(snapshot, restore, topics.Select(topic => topic.Name).Where(topic => !shared.Contains(topic)).ToHashSet(StringComparer.Ordinal));
        if (shared.Count > 0)
        {
            notes.Add($"No consumer group is set in {Names([.. shared.Order(StringComparer.Ordinal)])}: what a group has read of a topic that is repartitioned has no end in its new partitions.");
        }

        if (restore.GroupStrategy == GroupStrategy.Timestamps)
        {
            notes.Add("Consumer groups are set by the times of records, as restore.consumer_group_strategy: timestamp-based wants it: where times are out of order, or several records have the same, a group reads some again or passes some over. "
                + "Without it they are set exactly.");
        }

        RefuseAbsent(snapshot, places, configuration);
        var targets = Targets(places.Values.SelectMany(offsets => offsets.Keys), restore, orders, notes);
        var groups = places.OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new RestoreGroup(group.Key, [.. MarksOf(group.Value, targets)])).Where(group => group.Marks.Count > 0).ToList();
        if (groups.Count == 0)
        {
            notes.Add("No consumer group of the backup has an offset in what is restored: none is set.");
        }

        var wanted = groups.SelectMany(group => group.Marks).ToLookup(mark => mark.Target, mark => mark.SourceOffset);
        var known = orders.Select(order => order.Source).ToHashSet();
        var empty = targets.Where(pair => !known.Contains(pair.Key)).OrderBy(pair => pair.Key).Select(pair => new RestorePartition(pair.Key, pair.Value, []) { Filters = RestorePlan.FiltersOf(pair.Key.Topic, restore) });
        return (groups, [.. orders.Concat(empty).Select(order => order with { Marks = [.. wanted[order.Target].Distinct().Order()] })]);
    }

    /// <summary>A plan that says which of its groups have to be left by their members before its end.</summary>
    public static async Task<RestorePlan> AskAsync(RestorePlan plan, IGroupWriter writer, CancellationToken cancellation)
    {
        var active = plan.Groups.Count == 0 ? [] : await writer.FindActiveAsync([.. plan.Groups.Select(group => group.Id)], cancellation);
        return active.Count == 0 ? plan : plan with
        {
            Notes = [.. plan.Notes, $"{active.Count} consumer group(s) have active members at the target: {Names(active)}. Stop their consumers before the restore is through: "
                + "brokers set offsets of groups without members only."],
        };
    }

    /// <summary>The names of a few of <paramref name="groups"/>.</summary>
    private static string Names(IReadOnlyCollection<string> groups) =>
        string.Join(", ", groups.Take(MaxNamed).Select(group => $"'{group}'")) + (groups.Count > MaxNamed ? " and others" : "");

    /// <summary>What the wanted groups have committed in what is restored, by group.</summary>
    private static Dictionary<string, Dictionary<PartitionId, CommittedOffset>> PlacesOf(GroupSnapshot snapshot, RestoreSection restore, IReadOnlySet<string> topics)
    {
        var places = new Dictionary<string, Dictionary<PartitionId, CommittedOffset>>(StringComparer.Ordinal);
        foreach (var group in snapshot.Groups.Where(group => restore.SetsAllGroups || restore.ConsumerGroups.Contains(group.GroupId, StringComparer.Ordinal)))
        {
            foreach (var (partition, offset) in OffsetsOf(group).Where(place => topics.Contains(place.Partition.Topic)
                && (restore.SourcePartitions.Count == 0 || restore.SourcePartitions.Contains(place.Partition.Number))))
            {
                places.TryAdd(group.GroupId, []);
                if (!places[group.GroupId].TryGetValue(partition, out var before) || offset < before.Offset) // Of a group that is told twice no record is passed over.
                {
                    places[group.GroupId][partition] = new CommittedOffset(offset, group.MetadataOf(partition));
                }
            }
        }

        return places;
    }

    private static IEnumerable<(PartitionId Partition, long Offset)> OffsetsOf(GroupSnapshot.SnapshotGroup one) =>
        from topic in one.Offsets
        from partition in topic.Value
        select int.TryParse(partition.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && partition.Value >= 0
            ? (new PartitionId(topic.Key, number), partition.Value)
            : throw new BackupException(FailureKind.Storage, $"The consumer group snapshot of the backup cannot be used: it tells of offset {partition.Value} of group "
                + $"'{one.GroupId}' in partition '{partition.Key}' of '{topic.Key}'. Name the groups to set by restore.consumer_groups, or restore without groups.");

    private static void RefuseAbsent(GroupSnapshot snapshot, Dictionary<string, Dictionary<PartitionId, CommittedOffset>> places, RestoreConfiguration configuration)
    {
        var named = configuration.Restore.ConsumerGroups;
        if (named.Except(snapshot.Groups.Select(group => group.GroupId), StringComparer.Ordinal).ToList() is { Count: > 0 } absent)
        {
            throw Wrong($"restore.consumer_groups names {Names(absent)}, and backup '{configuration.BackupId}' holds no offsets of it. It holds those of "
                + $"{(snapshot.Groups.Count == 0 ? "none" : Names([.. snapshot.Groups.Select(group => group.GroupId)]))}. Correct the name, or remove it.");
        }

        if (named.Where(group => !places.ContainsKey(group)).ToList() is { Count: > 0 } elsewhere)
        {
            throw Wrong($"restore.consumer_groups names {Names(elsewhere)}, which has no offset in any partition that is restored. Remove it, or restore what it reads.");
        }
    }

    /// <summary>Where the partitions go that groups stand in.</summary>
    private static Dictionary<PartitionId, PartitionId> Targets(
        IEnumerable<PartitionId> sources, RestoreSection restore, List<RestorePartition> orders, List<string> notes)
    {
        var targets = orders.Where(order => order.Share is null).ToDictionary(order => order.Source, order => order.Target);
        var taken = orders.Select(order => order.Target).ToHashSet();
        foreach (var source in sources.Distinct().Order().Where(source => !targets.ContainsKey(source)).ToList())
        {
            var target = new PartitionId(
                restore.TopicMapping.GetValueOrDefault(source.Topic, source.Topic), restore.PartitionMapping.GetValueOrDefault(source.Number, source.Number));
            if (taken.Add(target))
            {
                targets.Add(source, target);
            }
            else
            {
                notes.Add($"Offsets of consumer groups in {source} are not set: the backup holds no record of it, and another partition goes into {target}.");
            }
        }

        return targets;
    }

    private static IEnumerable<GroupMark> MarksOf(Dictionary<PartitionId, CommittedOffset> offsets, Dictionary<PartitionId, PartitionId> targets) =>
        offsets.Where(place => targets.ContainsKey(place.Key)).Select(place => new GroupMark(targets[place.Key], place.Value.Offset, place.Value.Metadata)).OrderBy(mark => mark.Target);

    private static string Asking(RestoreSection restore) => restore.SetsAllGroups ? "auto_consumer_groups" : "consumer_groups";

    private static BackupException Wrong(string sentence) => new(FailureKind.Configuration, sentence);
}
