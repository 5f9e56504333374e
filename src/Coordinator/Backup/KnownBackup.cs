using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>What a run knows the backup to answer for: the ledger as it was read when the run began, and what was committed since.</summary>
/// <remarks>It may lag behind the ledger, never lead it. To assign what is covered costs a question: the worker asks what is not.</remarks>
public sealed class KnownBackup
{
    private readonly Dictionary<PartitionId, Coverage> _coverage;
    private readonly Dictionary<string, TopicFacts> _topics;
    private readonly Dictionary<PartitionId, long> _firstSeen;

    /// <summary>Takes what planning needs out of <paramref name="ledger"/>; its entries, which are many, are not kept.</summary>
    public KnownBackup(LedgerSnapshot ledger)
    {
        ClusterId = ledger.Head.SourceClusterId;
        HasPositions = ledger.Partitions.Count > 0;
        _topics = new Dictionary<string, TopicFacts>(ledger.Topics, StringComparer.Ordinal);
        _firstSeen = ledger.Topics.Values
            .SelectMany(topic => topic.EmptyFrom ?? new Dictionary<int, long>(), (topic, start) => (Partition: new PartitionId(topic.Name, start.Key), start.Value))
            .ToDictionary(start => start.Partition, start => start.Value);
        _coverage = ledger.Partitions.ToDictionary(partition => partition.Key, partition => partition.Value.Coverage);
    }

    /// <summary>The source cluster's id; null when none is remembered.</summary>
    public string? ClusterId { get; private set; }

    /// <summary>Whether the backup had any positions when the run began.</summary>
    public bool HasPositions { get; }

    /// <summary>The topics that are remembered, by name.</summary>
    public IReadOnlyDictionary<string, TopicFacts> Topics => _topics;

    /// <summary>What is covered of a partition.</summary>
    public Coverage CoverageOf(PartitionId partition) => _coverage.GetValueOrDefault(partition) ?? new Coverage();

    /// <summary>Where the log of a partition began when this run saw it first, or the backup, if it had no records then; null when it is seen now. What the source deletes from there on, before it was
    /// read, is a gap, though the backup has nothing of the partition yet.</summary>
    public long? FirstSeen(PartitionId partition) => _firstSeen.TryGetValue(partition, out var start) ? start : null;

    /// <summary>Remembers where partitions begin that were not seen before.</summary>
    public void Saw(SourceDiscovery look)
    {
        foreach (var (partition, bounds) in look.Bounds.Where(item => item.Value.Problem is null))
        {
            _firstSeen.TryAdd(partition, bounds.LogStartOffset);
        }
    }

    /// <summary>The ledger answers for <paramref name="ranges"/> now, as far as <paramref name="reached"/> when that is not their end.</summary>
    public void Cover(PartitionId partition, IEnumerable<OffsetRange> ranges, long? reached)
    {
        if (!_coverage.TryGetValue(partition, out var coverage))
        {
            _coverage.Add(partition, coverage = new Coverage());
        }

        var done = ranges.Select(range => reached < range.Next ? new OffsetRange(range.Base, Math.Max(range.Base, reached.Value)) : range);
        foreach (var part in done.SelectMany(coverage.Uncovered).ToList())
        {
            coverage.Add(part);
        }
    }

    /// <summary>The ledger remembers these now.</summary>
    public void Learn(string clusterId, IEnumerable<TopicFacts> topics)
    {
        ClusterId = clusterId;
        foreach (var topic in topics)
        {
            _topics[topic.Name] = topic;
        }
    }
}
