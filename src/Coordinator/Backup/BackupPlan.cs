using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>What a run has to do: for each partition the ranges that the backup does not answer for yet. Pure.</summary>
public sealed record BackupPlan
{
    /// <summary>The source cluster's id.</summary>
    public required string ClusterId { get; init; }

    /// <summary>How many topics matched.</summary>
    public required int TopicCount { get; init; }

    /// <summary>Partitions with something to do, most of it first.</summary>
    public required IReadOnlyList<PartitionWork> Work { get; init; }

    /// <summary>Topics that the ledger does not know, or knows otherwise.</summary>
    public required IReadOnlyList<TopicFacts> NewFacts { get; init; }

    /// <summary>Partitions that cannot be backed up, and why.</summary>
    public required IReadOnlyList<(PartitionId Partition, Failure Failure)> Failures { get; init; }

    /// <summary>Whether the backup had any positions to go on from.</summary>
    public required bool HasPositions { get; init; }

    /// <summary>Compares what the source has with what the ledger covers.</summary>
    /// <param name="configuration">The user's configuration.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="clusterId">The source cluster's id.</param>
    /// <param name="topics">The topics that match.</param>
    /// <param name="bounds">Log start offset and high watermark of each of their partitions.</param>
    public static BackupPlan Make(
        BackupConfiguration configuration, LedgerSnapshot ledger, string clusterId, IReadOnlyList<TopicFacts> topics,
        IReadOnlyDictionary<PartitionId, PartitionBounds> bounds)
    {
        var work = new List<PartitionWork>();
        var failures = new List<(PartitionId, Failure)>();
        foreach (var topic in topics)
        {
            var conflict = SourceIdentity.Conflict(ledger, topic);
            foreach (var partition in Enumerable.Range(0, topic.Partitions).Select(number => new PartitionId(topic.Name, number)))
            {
                if (bounds[partition].Problem is { } unread)
                {
                    failures.Add((partition, Failure.Of(unread)));
                    continue;
                }

                var coverage = ledger.CoverageOf(partition);
                var problem = conflict ?? Truncation(partition, coverage, bounds[partition]);
                if (problem is not null)
                {
                    failures.Add((partition, new Failure(FailureKind.Source, problem, IsRetryable: false)));
                    continue;
                }

                var ranges = Uncovered(configuration, partition, coverage, bounds[partition]);
                if (ranges.Count > 0)
                {
                    work.Add(new PartitionWork(partition, ranges, coverage.Position - 1));
                }
            }
        }

        return new BackupPlan
        {
            ClusterId = clusterId,
            TopicCount = topics.Count,
            Work = work.OrderByDescending(item => item.Length).ThenBy(item => item.Partition).ToList(),
            NewFacts = topics.Where(topic => SourceIdentity.Conflict(ledger, topic) is null && ledger.Topics.GetValueOrDefault(topic.Name) != topic).ToList(),
            Failures = failures,
            HasPositions = ledger.Partitions.Count > 0,
        };
    }

    /// <summary>The ranges to read, in order: holes first, then the tail. Ranges below the log start offset are in it; they will turn out gone.</summary>
    private static List<OffsetRange> Uncovered(BackupConfiguration configuration, PartitionId partition, Coverage coverage, PartitionBounds bounds)
    {
        var start = configuration.Backup.StartOffset.For(partition, bounds.LogStartOffset);
        var from = coverage.First switch
        {
            null => start,
            { } first when configuration.IsIncremental => first,
            { } first => Math.Min(first, start),
        };
        return from < bounds.HighWatermark ? coverage.Uncovered(new OffsetRange(from, bounds.HighWatermark)).ToList() : [];
    }

    private static string? Truncation(PartitionId partition, Coverage coverage, PartitionBounds bounds) =>
        coverage.Position > bounds.HighWatermark
            ? $"The backup has {partition} up to offset {coverage.Position - 1}, and the source's log ends before {bounds.HighWatermark}: records were lost at the source, "
                + "or the topic was deleted and made anew. Its new records are not backed up, as their offsets would mix with the old ones. "
                + "Use another backup_id for what the topic holds now."
            : null;
}
