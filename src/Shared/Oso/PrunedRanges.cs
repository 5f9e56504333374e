using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.Shared.Oso;

/// <summary>What another program deleted from a backup on purpose, on its way from the manifest to the ledger and back. Pure.</summary>
internal static class PrunedRanges
{
    /// <summary>Entries of the ledger whose segments were pruned, as they are to stand there from now on.</summary>
    /// <remarks>A segment counts as pruned when the manifest says so of all its offsets and does not name it any more. An entry keeps its range,
    /// so that what it answers for stays answered for: offsets behind the segment's last record hold none.</remarks>
    /// <param name="shown">What the manifest has of topics.</param>
    /// <param name="entriesOf">The entries of a partition; may be none.</param>
    public static IReadOnlyList<LedgerEntry> Supersede(IEnumerable<ManifestTopic> shown, Func<PartitionId, IEnumerable<LedgerEntry>> entriesOf)
    {
        var superseded = new List<LedgerEntry>();
        foreach (var partition in ByPartition(shown))
        {
            var records = partition.SelectMany(piece => piece.Pruned).ToList();
            var pruned = OffsetRanges.Union(records.Select(ManifestRanges.Of).OfType<OffsetRange>());
            var named = partition.SelectMany(piece => piece.Segments).Select(segment => segment.Key).ToHashSet(StringComparer.Ordinal);
            foreach (var entry in entriesOf(partition.Key).Where(entry => entry.Segment is { } segment && !named.Contains(segment.Key)))
            {
                var segment = entry.Segment!;
                if (!OffsetRanges.Outside(new OffsetRange(segment.StartOffset, segment.EndOffset + 1), pruned).Any())
                {
                    var why = records.First(record => record.StartOffset <= segment.StartOffset && segment.StartOffset <= record.EndOffset);
                    superseded.Add(entry with { Segment = null, Pruned = ToLedger(why) with { Segments = 1, Bytes = segment.CompressedSize } });
                }
            }
        }

        return superseded;
    }

    /// <summary>Entries for what was pruned and nothing answers for yet.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="records">What the manifest says was pruned.</param>
    /// <param name="covered">What is answered for: a result of <see cref="OffsetRanges.Union"/>.</param>
    /// <param name="problems">Gets a sentence for each record that cannot be.</param>
    public static IEnumerable<LedgerEntry> Adopt(
        PartitionId partition, IEnumerable<ManifestPruned> records, IReadOnlyList<OffsetRange> covered, List<string> problems)
    {
        var taken = covered.ToList();
        foreach (var record in records.OrderBy(record => record.StartOffset).ThenBy(record => record.EndOffset))
        {
            if (ManifestRanges.Of(record) is not { } range)
            {
                problems.Add($"A pruned range of {partition} was not taken over: the manifest gives it "
                    + $"the offsets {record.StartOffset} to {record.EndOffset}.");
                continue;
            }

            foreach (var part in OffsetRanges.Outside(range, taken))
            {
                // Counts of a record that is cut cannot be told apart; what covers the rest has them.
                var pruned = ToLedger(record);
                pruned = part == range ? pruned : pruned with { Segments = 0, Bytes = 0 };
                yield return new LedgerEntry { Partition = partition, Range = part, Pruned = pruned };
            }

            taken = OffsetRanges.Union([.. taken, range]);
        }
    }

    /// <summary>The records for the manifest: those that stand there as they are, and the ledger's where they say nothing; adjacent ones of one
    /// deletion as one.</summary>
    public static IReadOnlyList<ManifestPruned> Render(IEnumerable<ManifestPruned> existing, IEnumerable<LedgerEntry> entries)
    {
        var kept = existing.DistinctBy(record => (record.StartOffset, record.EndOffset)).ToList();
        var told = OffsetRanges.Union(kept.Select(ManifestRanges.Of).OfType<OffsetRange>());
        var added = new List<ManifestPruned>();
        foreach (var entry in entries.OrderBy(entry => entry.Range))
        {
            var record = ToManifest(entry.Range, entry.Pruned!);
            if (!OffsetRanges.Outside(entry.Range, told).Any() || kept.Any(other => IsOfOneDeletion(other, record) && Touch(other, record)))
            {
                continue;
            }

            if (added.Count > 0 && added[^1] is var last && last.EndOffset + 1 == record.StartOffset && IsOfOneDeletion(last, record))
            {
                added[^1] = last with { EndOffset = record.EndOffset, Segments = last.Segments + record.Segments, Bytes = last.Bytes + record.Bytes };
            }
            else
            {
                added.Add(record);
            }
        }

        return [.. kept.Concat(added).OrderBy(record => record.StartOffset).ThenBy(record => record.EndOffset)];
    }

    private static IEnumerable<IGrouping<PartitionId, ManifestPartition>> ByPartition(IEnumerable<ManifestTopic> topics) =>
        from topic in topics
        from partition in topic.Partitions
        group partition by new PartitionId(topic.Name, partition.PartitionId) into pieces
        where pieces.Any(piece => piece.Pruned.Count > 0)
        select pieces;

    private static bool IsOfOneDeletion(ManifestPruned one, ManifestPruned other) =>
        (one.Reason, one.PrunedAt, one.CutoffTimestamp) == (other.Reason, other.PrunedAt, other.CutoffTimestamp);

    /// <summary>Whether an entry is a deletion's own: it begins inside of what was deleted, and ends there or behind it, where no record is.</summary>
    private static bool Touch(ManifestPruned deletion, ManifestPruned entry) =>
        entry.StartOffset <= deletion.EndOffset && deletion.StartOffset <= entry.EndOffset;

    private static Pruned ToLedger(ManifestPruned record) =>
        new(record.Reason, record.PrunedAt, record.CutoffTimestamp, record.Segments, record.Bytes);

    private static ManifestPruned ToManifest(OffsetRange range, Pruned pruned) => new()
    {
        StartOffset = range.Base,
        EndOffset = range.Next - 1,
        Segments = pruned.Segments,
        Bytes = pruned.Bytes,
        PrunedAt = pruned.PrunedAt,
        CutoffTimestamp = pruned.CutoffTimestamp,
        Reason = pruned.Reason,
    };
}
