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
/// <param name="LastRestore">The id of the last restore into this cluster; null: none is known.</param>
internal sealed record ExpectedTopics(
    BackupManifest Manifest, bool IsSource, IReadOnlyList<ExpectedTopics.Partition> Partitions, IReadOnlyList<string> Unrestored, string? LastRestore)
{
    /// <summary>What a partition should hold.</summary>
    /// <param name="Topic">Its topic's name in the backup.</param>
    /// <param name="There">The partition.</param>
    /// <param name="First">The offset of the first of its records; null: not known.</param>
    /// <param name="Records">How many records.</param>
    /// <param name="End">The offset behind the last one that is backed up, at the source.</param>
    public sealed record Partition(string Topic, PartitionId There, long? First, long Records, long End);

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
            return new ExpectedTopics(manifest, cluster is not null && manifest.SourceClusterId == cluster, all, [], null);
        }

        var restored = reports.SelectMany(report => report.TopicsRestored).DistinctBy(topic => topic.TargetTopic).ToList(); // The latest is the first.
        var sources = restored.Select(topic => topic.SourceTopic).ToHashSet(StringComparer.Ordinal);
        return new ExpectedTopics(
            manifest, IsSource: false,
            [.. restored.SelectMany(topic => topic.Partitions.Select(partition => new Partition(
                topic.SourceTopic, new PartitionId(topic.TargetTopic, partition.TargetPartition), partition.TargetFirstOffset, partition.Records, 0))).OrderBy(partition => partition.There)],
            [.. all.Select(partition => partition.Topic).Distinct(StringComparer.Ordinal).Where(topic => !sources.Contains(topic))],
            reports[0].RestoreId);
    }
}
