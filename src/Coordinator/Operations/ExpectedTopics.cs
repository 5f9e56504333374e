using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Coordinator.Operations;

/// <summary>What of a backup a Kafka cluster should hold.</summary>
/// <param name="Manifest">The backup.</param>
/// <param name="IsSource">Whether it is the cluster that was backed up.</param>
/// <param name="Partitions">The partitions that should hold something, in order. Of the source, how far they are backed up.</param>
/// <param name="Unrestored">Topics of the backup, by their names there, that no restore has brought into this cluster, in order; empty when none is known.</param>
/// <param name="Restores">The ids of the restores into this cluster that count for a topic, the latest first; empty: none is known.</param>
internal sealed record ExpectedTopics(
    BackupManifest Manifest, bool IsSource, IReadOnlyList<ExpectedTopics.Partition> Partitions, IReadOnlyList<string> Unrestored, IReadOnlyList<string> Restores)
{
    /// <summary>What a partition should hold.</summary>
    /// <param name="Topic">Its topic's name in the backup.</param>
    /// <param name="There">The partition.</param>
    /// <param name="First">The offset of the first of its records; null: not known.</param>
    /// <param name="Records">How many records.</param>
    /// <param name="End">The offset behind the last one that is backed up, at the source.</param>
    public sealed record Partition(string Topic, PartitionId There, long? First, long Records, long End)
    {
        /// <summary>Whether a later restore has gone into the same topic: what this one brought may have been deleted for that one.</summary>
        public bool IsEarlier { get; init; }

        /// <summary>Whether the topic was deleted since, and is another one of its name.</summary>
        public bool IsRemade { get; init; }

        /// <summary>Whether both are of the same offsets.</summary>
        public bool Overlaps(Partition other) => There == other.There && First < other.First + other.Records && other.First < First + Records;
    }

    /// <summary>Reads what should be there: as the reports of restores into this cluster tell; without one, all of the backup under its own names.</summary>
    /// <param name="store">Where the backup lies.</param>
    /// <param name="catalog">The cluster.</param>
    /// <param name="backup">The backup.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackupException">There is no such backup, or one of both cannot be asked.</exception>
    public static async Task<ExpectedTopics> ReadAsync(IObjectStore store, ITopicCatalog catalog, BackupId backup, CancellationToken cancellation)
    {
        var cluster = await catalog.GetClusterIdAsync(cancellation);
        var totals = new List<(string Topic, int Number, long Records, long End)>();
        var manifest = await new BackupReader(store).ReadAsync(backup.Value, topic =>
        {
            totals.AddRange(topic.Partitions.Where(partition => partition.Segments.Count > 0).Select(partition =>
                (topic.Name, partition.PartitionId, partition.Segments.Sum(segment => segment.RecordCount), partition.Segments.Max(segment => segment.EndOffset) + 1)));
            return null; // The sums are enough.
        }, cancellation);
        var all = totals.DistinctBy(total => (total.Topic, total.Number)).Select(total => new Partition(total.Topic, new PartitionId(total.Topic, total.Number), null, total.Records, total.End))
            .OrderBy(partition => partition.There).ToList();
        var reports = (await new RestoreReportStore(store).ListAsync(backup, cancellation))
            .Where(report => report.Outcome is RestoreOutcome.Whole or RestoreOutcome.Different && (cluster is null || report.OffsetMapping.TargetClusterId is not { } target || target == cluster)).ToList();
        if (reports.Count == 0)
        {
            return new ExpectedTopics(manifest, cluster is not null && manifest.SourceClusterId == cluster, all, [], []);
        }

        var ids = await catalog.GetTopicIdsAsync([.. reports.SelectMany(report => report.TopicsRestored).Select(topic => topic.TargetTopic).Distinct(StringComparer.Ordinal)], cancellation);
        var (partitions, restores, seen) = (new List<Partition>(), new List<string>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var report in reports) // The latest first.
        {
            var document = report.RestoreId is { } id ? await RestoreClaim.PeekAsync(store, BackupKeys.Restore(backup, id), cancellation) : null;
            var latest = report.TopicsRestored.Where(topic => !seen.Contains(topic.TargetTopic)).Select(topic => topic.TargetTopic).ToHashSet(StringComparer.Ordinal);
            foreach (var topic in report.TopicsRestored)
            {
                var isRemade = document?.Topics.GetValueOrDefault(topic.TargetTopic)?.Id is { } then && ids.GetValueOrDefault(topic.TargetTopic) is { } now && then != now;
                if (latest.Contains(topic.TargetTopic) || !isRemade)
                {
                    partitions.AddRange(Of(topic, isRemade, isEarlier: !latest.Contains(topic.TargetTopic)).Where(partition => !partitions.Exists(partition.Overlaps)));
                }
            }

            seen.UnionWith(latest);
            restores.AddRange(latest.Count > 0 && report.RestoreId is { } name ? [name] : []);
        }

        var sources = reports.SelectMany(report => report.TopicsRestored).Where(topic => topic.Records == 0).Select(topic => topic.SourceTopic)
            .Concat(partitions.Select(partition => partition.Topic)).ToHashSet(StringComparer.Ordinal);
        return new ExpectedTopics(
            manifest, IsSource: false, [.. partitions.OrderBy(partition => partition.There)],
            [.. all.Select(partition => partition.Topic).Distinct(StringComparer.Ordinal).Where(topic => !sources.Contains(topic))], restores);
    }

    private static IEnumerable<Partition> Of(RestoreReport.ReportedTopic topic, bool isRemade, bool isEarlier) =>
        topic.Partitions.Where(partition => partition.Records > 0).Select(partition =>
            new Partition(topic.SourceTopic, new PartitionId(topic.TargetTopic, partition.TargetPartition), partition.TargetFirstOffset, partition.Records, 0) { IsRemade = isRemade, IsEarlier = isEarlier });
}
