using KafkaBackup.Shared.Ledger.Repair;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Ledger;

/// <summary>A ledger without its entries: head, topics, and what each partition answers for. As large as there are partitions, however long they are backed up.</summary>
public sealed class LedgerOutline
{
    private readonly SortedDictionary<PartitionId, PartitionOutline> _partitions = [];

    internal LedgerOutline(Head head, params IEnumerable<LedgerEntry> entries)
    {
        Head = head;
        Add(entries);
    }

    /// <summary>The ledger of a backup that has none yet.</summary>
    public static LedgerOutline Empty => new(Head.None);

    /// <summary>The head; <see cref="Head.None"/> when there is none yet.</summary>
    public Head Head { get; internal set; }

    /// <summary>What is remembered of topics, by name.</summary>
    public IReadOnlyDictionary<string, TopicFacts> Topics { get; internal set; } = new Dictionary<string, TopicFacts>(StringComparer.Ordinal);

    /// <summary>Why the coverage object could not be used, so that all parts were read; null when it was, or there is none.</summary>
    public string? Problem { get; internal set; }

    /// <summary>The partitions that have entries, in order.</summary>
    public IReadOnlyDictionary<PartitionId, PartitionOutline> Partitions => _partitions;

    /// <summary>The coverage of a partition; empty when the backup has nothing of it.</summary>
    public Coverage CoverageOf(PartitionId partition) => _partitions.TryGetValue(partition, out var found) ? found.Coverage : new Coverage();

    /// <summary>Makes sure that this outline answers for what the entries of the same head answer for: otherwise it would hide records from the backup.</summary>
    /// <param name="entries">The entries, by partition and base.</param>
    /// <param name="store">The store, for the message.</param>
    /// <param name="backup">The backup.</param>
    /// <returns>The entries. Behind the last of a partition, or of all, comes the exception.</returns>
    /// <exception cref="StorageException">It answers for something else.</exception>
    internal IEnumerable<LedgerEntry> Compare(IEnumerable<LedgerEntry> entries, IObjectStore store, BackupId backup)
    {
        var (seen, partition, coverage) = (0, default(PartitionId?), new Coverage());
        foreach (var entry in entries)
        {
            if (entry.Partition != partition)
            {
                Check();
                (partition, coverage) = (entry.Partition, new Coverage());
                seen++;
            }

            if (coverage.Overlaps(entry.Range))
            {
                throw Contradicted(store, backup);
            }

            coverage.Add(entry.Range);
            yield return entry;
        }

        Check();
        if (seen != Partitions.Count)
        {
            throw Contradicted(store, backup);
        }

        void Check()
        {
            if (partition is { } one && !coverage.Ranges.SequenceEqual(CoverageOf(one).Ranges))
            {
                throw Contradicted(store, backup);
            }
        }
    }

    private StorageException Contradicted(IObjectStore store, BackupId backup)
    {
        var key = Head.Coverage?.Key ?? BackupKeys.Head(backup);
        return new StorageException(key, $"{key} in {store.Name} does not tell what the parts of the ledger hold. Nothing was changed. {RepairAdvice.For(key, store.Address)}");
    }

    internal PartitionOutline Of(PartitionId partition)
    {
        if (!_partitions.TryGetValue(partition, out var found))
        {
            _partitions.Add(partition, found = new PartitionOutline());
        }

        return found;
    }

    /// <summary>Takes in entries that overlap no others.</summary>
    /// <exception cref="InvalidOperationException">They do.</exception>
    internal void Add(IEnumerable<LedgerEntry> entries)
    {
        foreach (var entry in entries)
        {
            Of(entry.Partition).Add(entry);
        }
    }

    /// <summary>Takes in what the coverage object tells of a partition.</summary>
    /// <exception cref="InvalidOperationException">It told of it before.</exception>
    internal void Add(PartitionId partition, PartitionOutline outline)
    {
        if (!_partitions.TryAdd(partition, outline))
        {
            throw new InvalidOperationException($"{partition} is told of twice.");
        }
    }

    /// <summary>Entries that are in covered parts need not be known any more.</summary>
    internal void Forget()
    {
        foreach (var partition in _partitions.Values)
        {
            partition.Forget();
        }
    }
}
