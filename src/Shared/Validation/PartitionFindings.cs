using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;

namespace KafkaBackup.Shared.Validation;

/// <summary>Judges one partition by what the backup claims and what the store has. Pure.</summary>
/// <remarks>Where a ledger says what the backup answers for, a range that it does not cover is a hole. Without one evidence decides: offsets
/// missing between two segments of a partition whose segments miss none inside are a hole; where segments miss offsets inside as well, as
/// compaction and aborted transactions leave them, nobody can tell from the backup alone.</remarks>
internal static class PartitionFindings
{
    public static PartitionReport Judge(PartitionId partition, IReadOnlyList<SegmentEvidence> segments, IReadOnlyList<ManifestPartition> manifest, Coverage? ledger)
    {
        var ranges = segments.Select(segment => segment.Range).OfType<OffsetRange>().ToList();
        var gaps = OffsetRanges.Union(manifest.SelectMany(piece => piece.Gaps).Select(ManifestRanges.Of).OfType<OffsetRange>());
        var pruned = OffsetRanges.Union(manifest.SelectMany(piece => piece.Pruned).Select(ManifestRanges.Of).OfType<OffsetRange>());
        var answered = OffsetRanges.Union(ranges.Concat(gaps).Concat(pruned).Concat(ledger?.Ranges ?? []));
        var between = answered.Count == 0 ? [] : Between(answered);
        var missingInside = segments.Sum(segment => segment.MissingInside);
        var isExplained = ledger is null && missingInside > 0;
        return new PartitionReport
        {
            Partition = partition,
            Segments = segments.Count,
            Records = segments.Sum(segment => segment.Records),
            Restorable = OffsetRanges.Union(segments.Where(segment => segment.IsReadable).Select(segment => segment.Range).OfType<OffsetRange>()),
            Gaps = gaps,
            Pruned = pruned,
            Holes = isExplained ? [] : between,
            Unexplained = isExplained ? between : [],
            MissingInside = missingInside,
            Overlaps = Overlapping(ranges),
            OverlapsAreFaults = ledger is null,
            Markers = segments.Sum(segment => segment.Markers),
            Problems = [.. segments.SelectMany(segment => segment.Problems)],
        };
    }

    private static List<OffsetRange> Between(List<OffsetRange> union) =>
        [.. union.Zip(union.Skip(1), (left, right) => new OffsetRange(left.Next, right.Base))];

    private static List<OffsetRange> Overlapping(IEnumerable<OffsetRange> ranges)
    {
        var overlaps = new List<OffsetRange>();
        var end = 0L;
        foreach (var range in ranges.Order())
        {
            if (range.Base < end)
            {
                overlaps.Add(new OffsetRange(range.Base, Math.Min(end, range.Next)));
            }

            end = Math.Max(end, range.Next);
        }

        return OffsetRanges.Union(overlaps);
    }
}
