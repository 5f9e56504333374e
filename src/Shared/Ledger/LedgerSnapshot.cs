namespace KafkaBackup.Shared.Ledger;

/// <summary>The ledger of one backup at one moment: its head and all entries, by partition and in order.</summary>
public sealed class LedgerSnapshot
{
    private readonly SortedDictionary<PartitionId, PartitionLedger> _partitions;

    internal LedgerSnapshot(Head head, IEnumerable<LedgerEntry> entries, IReadOnlyList<TopicFacts> topics)
    {
        Head = head;
        Topics = topics.ToDictionary(topic => topic.Name, StringComparer.Ordinal);
        _partitions = new SortedDictionary<PartitionId, PartitionLedger>();
        foreach (var entry in entries)
        {
            Of(entry.Partition).Add(entry);
        }
    }

    /// <summary>The ledger of a backup that has none yet.</summary>
    public static LedgerSnapshot Empty => new(Head.None, [], []);

    /// <summary>The head; <see cref="Head.None"/> when there is none yet.</summary>
    public Head Head { get; internal set; }

    /// <summary>What is remembered of topics, by name.</summary>
    public IReadOnlyDictionary<string, TopicFacts> Topics { get; internal set; }

    /// <summary>The partitions that have entries, in order.</summary>
    public IReadOnlyDictionary<PartitionId, PartitionLedger> Partitions => _partitions;

    /// <summary>All entries, by partition, then base.</summary>
    public IEnumerable<LedgerEntry> Entries => _partitions.Values.SelectMany(partition => partition.Entries);

    /// <summary>The coverage of a partition; empty when the backup has nothing of it.</summary>
    public Coverage CoverageOf(PartitionId partition) => _partitions.TryGetValue(partition, out var found) ? found.Coverage : new Coverage();

    internal PartitionLedger Of(PartitionId partition)
    {
        if (!_partitions.TryGetValue(partition, out var found))
        {
            _partitions.Add(partition, found = new PartitionLedger());
        }

        return found;
    }
}
