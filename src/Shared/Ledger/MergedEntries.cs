namespace KafkaBackup.Shared.Ledger;

/// <summary>Entries of many sorted lists as one, sorted by partition and base. Of each list one entry is in memory at a time.</summary>
internal static class MergedEntries
{
    /// <summary>The entries of a ledger.</summary>
    /// <param name="head">Its head.</param>
    /// <param name="parts">The parts, as they are stored.</param>
    /// <param name="topics">The only topics whose entries are wanted; null: all.</param>
    /// <param name="store">Where the parts lie, for messages.</param>
    /// <exception cref="Storage.StorageException">A part is damaged.</exception>
    public static IEnumerable<LedgerEntry> Of(Head head, IEnumerable<(PartReference Reference, ReadOnlyMemory<byte> Stored)> parts, IReadOnlySet<string>? topics, string? store) => Of(
        parts.Select(part => PartCodec.Enumerate(part.Stored, part.Reference, topics, store))
            .Prepend(head.Tail.Where(entry => topics is null || topics.Contains(entry.Partition.Topic)).OrderBy(entry => entry.Partition).ThenBy(entry => entry.Range.Base)));

    /// <summary>Merges <paramref name="lists"/>, each of which is sorted and is gone through once.</summary>
    public static IEnumerable<LedgerEntry> Of(IEnumerable<IEnumerable<LedgerEntry>> lists)
    {
        var next = new PriorityQueue<IEnumerator<LedgerEntry>, (PartitionId Partition, long Base)>();
        try
        {
            foreach (var list in lists)
            {
                Enqueue(list.GetEnumerator());
            }

            while (next.TryDequeue(out var first, out _))
            {
                yield return first.Current;
                Enqueue(first);
            }
        }
        finally
        {
            foreach (var (list, _) in next.UnorderedItems)
            {
                list.Dispose();
            }
        }

        void Enqueue(IEnumerator<LedgerEntry> list)
        {
            if (list.MoveNext())
            {
                next.Enqueue(list, (list.Current.Partition, list.Current.Range.Base));
            }
            else
            {
                list.Dispose();
            }
        }
    }
}
