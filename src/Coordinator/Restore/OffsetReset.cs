using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.OffsetSnapshots;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>Finds where consumer groups of a backup belong in what a restore has brought, after the restore: by counting, as the restore itself does.</summary>
/// <param name="store">Where the backup lives.</param>
/// <param name="catalog">Tells which cluster is set, and where its groups stand.</param>
public sealed class OffsetReset(IObjectStore store, ITopicCatalog catalog)
{
    /// <summary>What the groups would become. Changes nothing.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="restore">The restore, as its report is called; null: the last one that came to its end.</param>
    /// <param name="groups">Consumer groups of the backup's snapshot; null: all of them that stand in what was restored.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackupException">Nothing was restored of the backup, it was into another cluster, or the backup does not have a group.</exception>
    public async Task<OffsetResetPlan> PlanAsync(BackupId backup, string? restore, IReadOnlyCollection<string>? groups, CancellationToken cancellation)
    {
        var report = await new RestoreReportStore(store).FindAsync(backup, restore, cancellation);
        RefuseOtherCluster(report, await catalog.GetClusterIdAsync(cancellation));
        if (report.Selection.RecordFilters)
        {
            throw Wrong($"Restore {report.RestoreId} had restore.record_filters, which its report does not tell: what a group reads next among what they left can be counted by the restore only. Let it set the groups, by restore.auto_consumer_groups.");
        }

        var key = BackupKeys.ConsumerGroups(backup);
        var stored = await store.GetAsync(key, cancellation) ?? throw Wrong($"Backup '{backup}' holds no offsets of consumer groups: there is no {key}. 'kafka-backup snapshot-groups' stores them, as long as the source is there.");
        var snapshot = GroupSnapshot.Read(stored.Content.Span, key).Groups.ToLookup(group => group.GroupId, StringComparer.Ordinal);
        if (groups?.FirstOrDefault(group => !snapshot.Contains(group)) is { } absent)
        {
            throw Wrong($"Backup '{backup}' holds no offsets of consumer group '{absent}'. Correct --groups.");
        }

        var places = await TranslateAsync(backup, report, [.. snapshot.Where(group => groups is null || groups.Contains(group.Key))], cancellation);
        if (groups?.FirstOrDefault(group => !places.ContainsKey(group)) is { } nowhere)
        {
            throw Wrong($"Consumer group '{nowhere}' stands in nothing that restore {report.RestoreId} has brought whole. Correct --groups.");
        }

        if (places.Count == 0)
        {
            throw Wrong($"No consumer group of backup '{backup}' stands in what restore {report.RestoreId} has brought whole. Topics that were repartitioned are left out.");
        }

        var now = await catalog.GetGroupOffsetsAsync([.. places.Keys.Order(StringComparer.Ordinal)], cancellation);
        return new OffsetResetPlan(report, [.. now.Select(group => GroupComparison.Of(OffsetSnapshot.Of(new GroupOffsets(group.Group, places[group.Group], null)), group))]);
    }

    private static void RefuseOtherCluster(RestoreReport report, string? cluster)
    {
        if (report.OffsetMapping.TargetClusterId is { } restored && cluster is not null && restored != cluster)
        {
            throw new BackupException(FailureKind.Source, $"Restore {report.RestoreId} was into the Kafka cluster with id {restored}, and this is the cluster with id {cluster}. Correct the address, or name the restore by --restore-id.");
        }
    }

    /// <summary>The places of the groups at the target.</summary>
    private async Task<Dictionary<string, Dictionary<PartitionId, CommittedOffset>>> TranslateAsync(
        BackupId backup, RestoreReport report, IReadOnlyList<IGrouping<string, GroupSnapshot.SnapshotGroup>> groups, CancellationToken cancellation)
    {
        var document = await RestoreClaim.PeekAsync(store, BackupKeys.Restore(backup, report.RestoreId!), cancellation)
            ?? throw Wrong($"What restore {report.RestoreId} was made of is not written down any more, so that offsets cannot be translated.");
        var sources = report.TopicsRestored.Select(topic => topic.SourceTopic).ToHashSet(StringComparer.Ordinal);
        var manifest = await new BackupReader(store).ReadAsync(backup.Value, topic => sources.Contains(topic.Name) ? topic : null, cancellation);
        var section = new RestoreSection
        {
            TimeWindowStart = report.Selection.TimeWindowStart,
            TimeWindowEnd = report.Selection.TimeWindowEnd,
            OffsetRanges = report.Selection.Ranges(),
        };
        var places = new Dictionary<string, Dictionary<PartitionId, CommittedOffset>>(StringComparer.Ordinal);
        var ids = await catalog.GetTopicIdsAsync([.. report.TopicsRestored.Select(topic => topic.TargetTopic)], cancellation);
        foreach (var topic in report.TopicsRestored)
        {
            RefuseOtherTopic(topic.TargetTopic, document, ids);
            foreach (var partition in topic.Partitions.Where(partition => partition is { SourcePartition: >= 0, Error: null, MayLackRecords: false }))
            {
                var (source, target) = (new PartitionId(topic.SourceTopic, partition.SourcePartition), new PartitionId(topic.TargetTopic, partition.TargetPartition));
                var stands = groups.Select(group => (GroupId: group.Key, Lowest: group.MinBy(same => OffsetIn(same, source) ?? long.MaxValue)!)).Select(group => (group.GroupId, Offset: OffsetIn(group.Lowest, source), Metadata: group.Lowest.MetadataOf(source))).Where(group => group.Offset is not null).ToList();
                if (stands.Count == 0 || document.Topics.GetValueOrDefault(target.Topic)?.Partitions.GetValueOrDefault(target.Number) is not { } noted)
                {
                    continue;
                }

                RefuseEmptied(target, noted.Base, partition.Records, (await catalog.GetBoundsAsync([target], LogEnd.HighWatermark, cancellation))[target]);
                var segments = manifest.Topics.Where(known => known.Name == source.Topic).SelectMany(known => known.Partitions).Where(known => known.PartitionId == source.Number).SelectMany(known => known.Segments).ToList();
                var read = RestorePlan.SourceOf(source, segments, section);
                var order = noted.Extent.Cut(new RestorePartition(source, target, read.Segments) { Rules = noted.Rules ?? RecordRules.None })
                    ?? throw Wrong($"The backup has other segments of {source} than those from which {target} was restored, as after its retention or a repair, so that its offsets cannot be translated any more.");
                var found = await CountAsync(order with { Marks = [.. stands.Select(group => group.Offset!.Value).Distinct().Order()] }, section, cancellation);
                foreach (var (group, offset, metadata) in stands)
                {
                    places.TryAdd(group, []);
                    places[group][target] = new CommittedOffset(noted.Base + found[offset!.Value], metadata);
                }
            }
        }

        return places;
    }

    /// <exception cref="BackupException">The topic is not the one, or not the state of it, that the report tells of.</exception>
    private static void RefuseOtherTopic(string topic, RestoreDocument document, IReadOnlyDictionary<string, string?> ids)
    {
        if (document.Topics.GetValueOrDefault(topic) is not { IsWhole: true } known)
        {
            throw Wrong($"Topic '{topic}' is being restored once more, or was not restored whole. Start the restore again until it is through.");
        }

        if (!ids.TryGetValue(topic, out var id) || (id is not null && known.Id is not null && id != known.Id))
        {
            throw new BackupException(FailureKind.Source, $"Topic '{topic}' at the target is not the one that was restored: that was deleted. Its offsets mean nothing any more; restore it again.");
        }
    }

    /// <exception cref="BackupException">The target does not hold what was restored any more.</exception>
    private static void RefuseEmptied(PartitionId target, long first, long records, PartitionBounds bounds)
    {
        if (bounds.Problem is { } problem)
        {
            throw problem;
        }

        if (bounds.LogStartOffset > first || bounds.HighWatermark < first + records)
        {
            throw new BackupException(FailureKind.Source,
                $"{target} holds offsets {bounds.LogStartOffset} to {bounds.HighWatermark}, and {records} records were restored into it from {first} on: some were deleted since, and no group can be set by what was restored.");
        }
    }

    private static long? OffsetIn(GroupSnapshot.SnapshotGroup group, PartitionId partition) =>
        group.Offsets.TryGetValue(partition.Topic, out var partitions) && partitions.TryGetValue($"{partition.Number}", out var offset) && offset >= 0 ? offset : null;

    /// <summary>How many restored records are before each of the order's marks. Reads no further than the last of them.</summary>
    private async Task<IReadOnlyDictionary<long, long>> CountAsync(RestorePartition order, RestoreSection section, CancellationToken cancellation)
    {
        var marks = new OffsetMarks(order.Marks, noted: null);
        await foreach (var record in new PartitionRecords(store, order.Source, order.Segments).ReadAsync(cancellation))
        {
            if (section.Admits(order.Source, record.Offset, record.Timestamp) && (!order.Rules.LeavesOut || order.Rules.HarmOf(record.Timestamp, !record.Key.IsNull) == RecordHarm.None))
            {
                marks.Pass(record.Offset);
                if (marks.Found.Count == order.Marks.Count)
                {
                    break;
                }
            }
        }

        return marks.Complete();
    }

    private static BackupException Wrong(string sentence) => new(FailureKind.Configuration, sentence);
}
