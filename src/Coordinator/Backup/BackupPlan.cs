using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>What a run has to do: for each partition the ranges that the backup does not answer for yet. Pure.</summary>
public sealed record BackupPlan
{
    /// <summary>The source cluster's id; null when it tells none.</summary>
    public required string? ClusterId { get; init; }

    /// <summary>How many topics matched.</summary>
    public required int TopicCount { get; init; }

    /// <summary>Where the log of each partition ended when the plan was made; those that cannot be backed up included.</summary>
    public required IReadOnlyDictionary<PartitionId, PartitionBounds> Bounds { get; init; }

    /// <summary>Partitions with something to do, most of it first.</summary>
    public required IReadOnlyList<PartitionWork> Work { get; init; }

    /// <summary>Topics that the ledger does not know, or knows otherwise; all of them when it has yet to remember the cluster they belong to.</summary>
    public required IReadOnlyList<TopicFacts> NewFacts { get; init; }

    /// <summary>Partitions that cannot be backed up, and why.</summary>
    public required IReadOnlyList<(PartitionId Partition, Fault Failure)> Failures { get; init; }

    /// <summary>Those of them whose log is not the one that was backed up: its topic was made anew, or it was cut.</summary>
    public IReadOnlySet<PartitionId> Foreign { get; init; } = new HashSet<PartitionId>();

    /// <summary>Whether the backup had any positions to go on from.</summary>
    public required bool HasPositions { get; init; }

    /// <summary>Compares what the source has with what the ledger covers.</summary>
    /// <param name="configuration">The user's configuration.</param>
    /// <param name="known">What is backed up.</param>
    /// <param name="discovery">What the source has.</param>
    public static BackupPlan Make(BackupConfiguration configuration, KnownBackup known, SourceDiscovery discovery)
    {
        var (clusterId, topics, bounds) = discovery;
        var work = new List<PartitionWork>();
        var failures = new List<(PartitionId, Fault)>();
        var foreign = new HashSet<PartitionId>();
        var isNamedNow = known.ClusterId is null && clusterId is not null;
        foreach (var topic in topics)
        {
            var conflict = SourceIdentity.Conflict(known.Topics.GetValueOrDefault(topic.Name), topic);
            foreach (var partition in Enumerable.Range(0, topic.Partitions).Select(number => new PartitionId(topic.Name, number)))
            {
                if (bounds[partition].Problem is { } unread)
                {
                    failures.Add((partition, Fault.Of(unread)));
                    continue;
                }

                var coverage = known.CoverageOf(partition);
                var problem = conflict ?? Truncation(partition, coverage, bounds[partition]);
                if (problem is not null)
                {
                    failures.Add((partition, new Fault(FailureKind.Source, problem, IsRetryable: false)));
                    foreign.Add(partition);
                    continue;
                }

                var ranges = Uncovered(configuration, partition, coverage, bounds[partition], known.FirstSeen(partition));
                if (ranges.Count > 0)
                {
                    work.Add(new PartitionWork(partition, ranges, coverage.Position - 1) { TopicId = topic.TopicId });
                }
            }
        }

        return new BackupPlan
        {
            ClusterId = clusterId,
            TopicCount = topics.Count,
            Bounds = bounds,
            Work = work.OrderByDescending(item => item.Length).ThenBy(item => item.Partition).ToList(),
            NewFacts = topics.Select(topic => (There: known.Topics.GetValueOrDefault(topic.Name), Now: FactsOf(configuration, topic, known, bounds)))
                .Where(facts => (isNamedNow || facts.There != facts.Now) && SourceIdentity.Conflict(facts.There, facts.Now) is null).Select(facts => facts.Now).ToList(),
            Failures = failures,
            Foreign = foreign,
            HasPositions = known.HasPositions,
        };
    }

    /// <summary>What to say of topics that the configuration names and the source no longer has; null when it has them all.</summary>
    public static Fault? MissingTopics(BackupConfiguration configuration, SourceDiscovery discovery)
    {
        var missing = new TopicFilter(configuration.Source.Topics, configuration.Backup).Literals
            .Except(discovery.Topics.Select(topic => topic.Name)).Order(StringComparer.Ordinal).Select(name => $"'{name}'").ToList();
        return missing.Count == 0 ? null : new Fault(FailureKind.Source,
            $"source.topics.include names {string.Join(", ", missing)}, and the cluster no longer has it; what was backed up of it is kept.", IsRetryable: true);
    }

    /// <summary>What to remember of a topic: as the source has it, and where those of its partitions begin that are empty and were never backed up.</summary>
    private static TopicFacts FactsOf(BackupConfiguration configuration, TopicFacts topic, KnownBackup known, IReadOnlyDictionary<PartitionId, PartitionBounds> bounds)
    {
        var empty = Enumerable.Range(0, topic.Partitions).Select(number => new PartitionId(topic.Name, number))
            .Where(partition => bounds[partition] is { Problem: null } found && found.LogStartOffset == found.HighWatermark && known.CoverageOf(partition).First is null)
            .ToDictionary(partition => partition.Number, partition => configuration.Backup.StartOffset.For(partition, bounds[partition].LogStartOffset));
        return (topic with { EmptyFrom = empty }).MergedWith(known.Topics.GetValueOrDefault(topic.Name));
    }

    /// <summary>The ranges to read, in order: holes first, then the tail. Ranges below the log start offset are in it; they will turn out gone.</summary>
    private static List<OffsetRange> Uncovered(BackupConfiguration configuration, PartitionId partition, Coverage coverage, PartitionBounds bounds, long? firstSeen)
    {
        var start = configuration.Backup.StartOffset.For(partition, Math.Min(firstSeen ?? long.MaxValue, bounds.LogStartOffset));
        var from = Math.Min(coverage.First ?? start, start);
        return from < bounds.HighWatermark ? coverage.Uncovered(new OffsetRange(from, bounds.HighWatermark)).ToList() : [];
    }

    private static string? Truncation(PartitionId partition, Coverage coverage, PartitionBounds bounds) =>
        coverage.Position > bounds.HighWatermark
            ? $"The backup has {partition} up to offset {coverage.Position - 1}, and the source's log ends before {bounds.HighWatermark}: records were lost at the source, "
                + "or the topic was deleted and made anew. Its new records are not backed up, as their offsets would mix with the old ones. "
                + "Use another backup_id for what the topic holds now."
            : null;
}
