using System.Text.Json;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Segments;

namespace KafkaBackup.Shared.Oso;

/// <summary>Gathers what the manifest says of one partition.</summary>
internal sealed class PartitionView
{
    private readonly Dictionary<string, ManifestSegment> _segments = [];
    private readonly List<ManifestGap> _gaps = [];
    private readonly List<LedgerEntry> _pruned = [];
    private readonly List<ManifestPruned> _foreignPruned = [];
    private readonly List<OffsetRange> _covered = [];
    private IDictionary<string, JsonElement>? _others;

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

        if (entry.Pruned is not null)
        {
            _pruned.Add(entry);
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
                Keep(segment, covered);
            }

            foreach (var gap in partition.Gaps)
            {
                Keep(gap, covered);
            }

            _foreignPruned.AddRange(partition.Pruned);
            _others = UnknownFields.Merge(_others, partition.Others);
        }
    }

    /// <summary>The partition for the manifest, or null when there is nothing to say of it.</summary>
    public ManifestPartition? Render(int number)
    {
        var pruned = PrunedRanges.Render(_foreignPruned, _pruned);
        return _segments.Count + _gaps.Count + pruned.Count == 0 && _others is null ? null : new ManifestPartition
        {
            PartitionId = number,
            Segments = [.. _segments.Values.OrderBy(s => s.StartOffset).ThenBy(s => s.EndOffset).ThenBy(s => s.Key, StringComparer.Ordinal)],
            Gaps = MergedGaps(),
            Pruned = pruned,
            Others = _others,
        };
    }

    private void Keep(ManifestSegment segment, List<OffsetRange> covered)
    {
        if (_segments.TryGetValue(segment.Key, out var ours))
        {
            if (segment.Others is not null || (ours.Sha256 ?? segment.Sha256) != ours.Sha256 || (ours.UploadedAt ?? segment.UploadedAt) != ours.UploadedAt) // As a rule nothing is new.
            {
                _segments[segment.Key] = ours with
                {
                    Sha256 = ours.Sha256 ?? segment.Sha256,
                    UploadedAt = ours.UploadedAt ?? segment.UploadedAt,
                    Others = UnknownFields.Merge(ours.Others, segment.Others),
                };
            }
        }
        else if (ManifestRanges.Of(segment) is not { } range || OffsetRanges.Outside(range, covered).Any())
        {
            // One whose numbers make no sense may hold anything, so it stays.
            _segments.Add(segment.Key, segment);
        }
    }

    private void Keep(ManifestGap gap, List<OffsetRange> covered)
    {
        if (ManifestRanges.Of(gap) is not { } range)
        {
            return;
        }

        if (gap.Others is not null)
        {
            Mark(gap, range);
        }

        _gaps.AddRange(OffsetRanges.Outside(range, covered).Select(part => gap with { StartOffset = part.Base, EndOffset = part.Next }));
    }

    /// <summary>Gives the fields that are not known to those gaps of the ledger, or parts of them, that lie inside of the gap that has them.</summary>
    private void Mark(ManifestGap marked, OffsetRange range)
    {
        foreach (var gap in _gaps.Where(gap => gap.Others is null && gap.StartOffset < range.Next && range.Base < gap.EndOffset).ToList())
        {
            var (start, end) = (Math.Max(gap.StartOffset, range.Base), Math.Min(gap.EndOffset, range.Next));
            _gaps.Remove(gap);
            _gaps.Add(gap with { StartOffset = start, EndOffset = end, Others = marked.Others });
            ManifestGap[] rests = [gap with { EndOffset = start }, gap with { StartOffset = end }];
            _gaps.AddRange(rests.Where(rest => rest.StartOffset < rest.EndOffset));
        }
    }

    private List<ManifestGap> MergedGaps()
    {
        var merged = new List<ManifestGap>();
        foreach (var gap in _gaps.OrderBy(gap => gap.StartOffset).ThenBy(gap => gap.EndOffset))
        {
            if (merged.Count > 0 && merged[^1] is var last && last.Reason == gap.Reason && last.Others == gap.Others && gap.StartOffset <= last.EndOffset)
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
        Sha256 = segment.Sha256,
        UploadedAt = segment.UploadedAt,
    };

    private static ManifestGap ToManifest(OffsetRange range, Gap gap) => new()
    {
        StartOffset = range.Base,
        EndOffset = range.Next,
        Reason = gap.Reason,
        DetectedAt = gap.DetectedAt,
    };
}
