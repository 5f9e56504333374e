namespace KafkaBackup.Shared.Ledger;

/// <summary>The ledger of one backup at one moment, of which each entry is read when its turn comes: in memory are its parts as they are stored.</summary>
/// <param name="head">The head.</param>
/// <param name="topics">What is remembered of topics.</param>
/// <param name="entries">Its entries by partition and base, those of some topics or, for null, all; each call begins anew.</param>
internal sealed class LedgerStream(Head head, IReadOnlyList<TopicFacts> topics, Func<IReadOnlySet<string>?, IEnumerable<LedgerEntry>> entries)
{
    /// <summary>One that was read whole.</summary>
    public LedgerStream(LedgerSnapshot whole)
        : this(whole.Head, [.. whole.Topics.Values], topics => whole.Entries.Where(entry => topics is null || topics.Contains(entry.Partition.Topic)))
    {
    }

    /// <summary>The head.</summary>
    public Head Head => head;

    /// <summary>What is remembered of topics, by name.</summary>
    public IReadOnlyDictionary<string, TopicFacts> Topics { get; } = topics.ToDictionary(topic => topic.Name, StringComparer.Ordinal);

    /// <summary>The entries, by partition, then base.</summary>
    /// <param name="topics">Those of these topics; null: all.</param>
    /// <exception cref="InvalidDataException">They are not in order, or overlap. Only who reads all of them can tell what is wrong.</exception>
    /// <exception cref="Storage.StorageException">A part is damaged.</exception>
    public IEnumerable<LedgerEntry> Entries(IReadOnlySet<string>? topics)
    {
        var before = default(LedgerEntry);
        foreach (var entry in entries(topics))
        {
            if (before is not null && (entry.Partition == before.Partition ? entry.Range.Base < before.Range.Next : entry.Partition.CompareTo(before.Partition) < 0))
            {
                throw new InvalidDataException($"The entry {entry.Range} of {entry.Partition} does not follow {before.Range} of {before.Partition}.");
            }

            before = entry;
            yield return entry;
        }
    }
}
