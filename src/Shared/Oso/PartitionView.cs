using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Segments;

namespace KafkaBackup.Shared.Oso;

/// <summary>Gathers what the manifest says of one partition.</summary>
internal sealed class PartitionView
{
    private readonly Dictionary<string, ManifestSegment> _segments = [];
    private readonly List<ManifestGap> _gaps = [];
    private readonly List<OffsetRange> _covered = [];

    /// <summary>Adds an entry of the ledger. A segment that several entries name counts once.</summary>
    public void Add(LedgerEntry entry)
    {
        _covered.Add(entry.Range);
        if (entry.Segment is { } segment)
        {
            _segments.TryAdd(segment.Key, ToManifest(segment));
        }

        if (entry.Gap is { } gap)
        {
            _gaps.Add(ToManifest(entry.Range, gap));
        }
    }

    /// <summary>Keeps what another program put there and the entries, all of which have been added, do not answer for.</summary>
    public void Keep(IEnumerable<ManifestPartition> foreign)
    {
        var covered = OffsetRanges.Union(_covered);
        foreach (var partition in foreign)
        {
            foreach (var segment in partition.Segments)
            {
                // One whose numbers make no sense may hold anything, so it stays.
                if (ManifestRanges.Of(segment) is not { } range || OffsetRanges.Outside(range, covered).Any())
                {
                    _segments.TryAdd(segment.Key, segment);
                }
            }

            foreach (var gap in partition.Gaps)
            {
                if (ManifestRanges.Of(gap) is { } range)
                {
                    _gaps.AddRange(OffsetRanges.Outside(range, covered).Select(part => gap with { StartOffset = part.Base, EndOffset = part.Next }));
                }
            }
        }
    }

    /// <summary>The partition for the manifest, or null when it has neither segment nor gap.</summary>
    public ManifestPartition? Render(int number) => _segments.Count + _gaps.Count == 0 ? null : new ManifestPartition
    {
        PartitionId = number,
        Segments = [.. _segments.Values.OrderBy(s => s.StartOffset).ThenBy(s => s.EndOffset).ThenBy(s => s.Key, StringComparer.Ordinal)],
        Gaps = MergedGaps(),
    };

    private List<ManifestGap> MergedGaps()
    {
        var merged = new List<ManifestGap>();
        foreach (var gap in _gaps.OrderBy(gap => gap.StartOffset).ThenBy(gap => gap.EndOffset))
        {
            if (merged.Count > 0 && merged[^1] is var last && last.Reason == gap.Reason && gap.StartOffset <= last.EndOffset)
            {
                merged[^1] = last with
                {
                    EndOffset = Math.Max(last.EndOffset, gap.EndOffset),
                    DetectedAt = Math.Min(last.DetectedAt, gap.DetectedAt),
                };
            }
            else
            {
                merged.Add(gap);
            }
        }

        return merged;
    }

    private static ManifestSegment ToManifest(SegmentInfo segment) => new()
    {
        Key = segment.Key,
        StartOffset = segment.StartOffset,
        EndOffset = segment.EndOffset,
        StartTimestamp = segment.MinTimestamp,
        EndTimestamp = segment.MaxTimestamp,
        RecordCount = segment.RecordCount,
        UncompressedSize = segment.UncompressedSize,
        CompressedSize = segment.CompressedSize,
    };

    private static ManifestGap ToManifest(OffsetRange range, Gap gap) => new()
    {
        StartOffset = range.Base,
        EndOffset = range.Next,
        Reason = gap.Reason,
        DetectedAt = gap.DetectedAt,
    };
}
