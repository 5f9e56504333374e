using System.Collections.Immutable;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>What a run knows the backup to answer for: the ledger as it was read when the run began, and what was committed since. Immutable.</summary>
/// <remarks>It may lag behind the ledger, never lead it. To assign what is covered costs a question: the worker asks what is not.</remarks>
public sealed record KnownBackup
{
    private static readonly Coverage Nothing = new();

    /// <summary>Takes what planning needs out of <paramref name="ledger"/>.</summary>
    public KnownBackup(LedgerOutline ledger)
    {
        ClusterId = ledger.Head.SourceClusterId;
        HasPositions = ledger.Partitions.Count > 0;
        Remembered = ledger.Topics.ToImmutableDictionary(StringComparer.Ordinal);
        Starts = ledger.Topics.Values
            .SelectMany(topic => topic.EmptyFrom ?? new Dictionary<int, long>(), (topic, start) => (Partition: new PartitionId(topic.Name, start.Key), start.Value))
            .ToImmutableDictionary(start => start.Partition, start => start.Value);
        Covered = ledger.Partitions.ToImmutableDictionary(partition => partition.Key, partition => partition.Value.Coverage);
    }

    /// <summary>The source cluster's id; null when none is remembered.</summary>
    public string? ClusterId { get; private init; }

    /// <summary>Whether the backup had any positions when the run began.</summary>
    public bool HasPositions { get; }

    /// <summary>The topics that are remembered, by name.</summary>
    public IReadOnlyDictionary<string, TopicFacts> Topics => Remembered;

    /// <summary>What is covered of a partition.</summary>
    public Coverage CoverageOf(PartitionId partition) => Covered.GetValueOrDefault(partition) ?? Nothing;

    /// <summary>Where the log of a partition began when this run saw it first, or the backup, if it had no records then; null when it is seen now.
    /// What the source deletes from there on, before it was read, is a gap, though the backup has nothing of the partition yet.</summary>
    public long? FirstSeen(PartitionId partition) => Starts.TryGetValue(partition, out var start) ? start : null;

    /// <summary>Remembers where partitions begin that were not seen before.</summary>
    public KnownBackup Discover(SourceDiscovery discovery)
    {
        var unseen = discovery.Bounds.Where(item => item.Value.Problem is null && !Starts.ContainsKey(item.Key)).ToList();
        return unseen.Count == 0 ? this : this with
        {
            Starts = Starts.AddRange(unseen.Select(item => KeyValuePair.Create(item.Key, item.Value.LogStartOffset))),
        };
    }

    /// <summary>The ledger answers for <paramref name="ranges"/> now, as far as <paramref name="reached"/> when that is not their end.</summary>
    public KnownBackup Cover(PartitionId partition, IEnumerable<OffsetRange> ranges, long? reached)
    {
        var coverage = CoverageOf(partition).Copy();
        var done = ranges.Select(range => reached < range.Next ? new OffsetRange(range.Base, Math.Max(range.Base, reached.Value)) : range);
        foreach (var part in done.SelectMany(coverage.Uncovered).ToList())
        {
            coverage.Add(part);
        }

        return this with { Covered = Covered.SetItem(partition, coverage) };
    }

    /// <summary>The ledger remembers these now.</summary>
    public KnownBackup Record(string? clusterId, IEnumerable<TopicFacts> topics) => this with
    {
        ClusterId = clusterId ?? ClusterId,
        Remembered = Remembered.SetItems(topics.Select(topic => KeyValuePair.Create(topic.Name, topic))),
    };

    private ImmutableDictionary<PartitionId, Coverage> Covered { get; init; }

    private ImmutableDictionary<string, TopicFacts> Remembered { get; init; }

    private ImmutableDictionary<PartitionId, long> Starts { get; init; }
}
