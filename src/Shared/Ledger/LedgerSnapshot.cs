using System.Runtime.InteropServices;

namespace KafkaBackup.Shared.Ledger;

/// <summary>The ledger of one backup at one moment: its head and all entries, by partition and in order.</summary>
public sealed class LedgerSnapshot
{
    private readonly SortedDictionary<PartitionId, PartitionLedger> _partitions;

    internal LedgerSnapshot(Head head, IEnumerable<LedgerEntry> entries, IReadOnlyList<TopicFacts> topics)
    {
        Head = head;
        Topics = topics.ToDictionary(topic => topic.Name, StringComparer.Ordinal);
        var byPartition = new Dictionary<PartitionId, List<LedgerEntry>>();
        foreach (var entry in entries)
        {
            (CollectionsMarshal.GetValueRefOrAddDefault(byPartition, entry.Partition, out _) ??= []).Add(entry);
        }

        _partitions = new SortedDictionary<PartitionId, PartitionLedger>(byPartition.ToDictionary(known => known.Key, known => new PartitionLedger(known.Value)));
    }

    /// <summary>The head.</summary>
    public Head Head { get; }

    /// <summary>What is remembered of topics, by name.</summary>
    public IReadOnlyDictionary<string, TopicFacts> Topics { get; }

    /// <summary>The partitions that have entries, in order.</summary>
    public IReadOnlyDictionary<PartitionId, PartitionLedger> Partitions => _partitions;

    /// <summary>All entries, by partition, then base.</summary>
    public IEnumerable<LedgerEntry> Entries => _partitions.Values.SelectMany(partition => partition.Entries);

    /// <summary>The coverage of a partition; empty when the backup has nothing of it.</summary>
    public Coverage CoverageOf(PartitionId partition) => _partitions.TryGetValue(partition, out var found) ? found.Coverage : new Coverage();
}
