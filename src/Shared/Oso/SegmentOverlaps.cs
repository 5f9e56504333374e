namespace KafkaBackup.Shared.Oso;

/// <summary>The order of a partition's segments, and which of them overlap: of a sound backup none does.</summary>
public static class SegmentOverlaps
{
    /// <summary>Compares by the offsets at which segments begin, then end; the names decide between those that are alike.</summary>
    public static int Compare(ManifestSegment one, ManifestSegment other) => (one.StartOffset, one.EndOffset).CompareTo((other.StartOffset, other.EndOffset)) is not 0 and var order
        ? order
        : string.CompareOrdinal(one.Key, other.Key);

    /// <summary>How many segments from <paramref name="first"/> on have to be read together, as each overlaps one before it. At least 1.</summary>
    /// <param name="ordered">The segments of a partition, in order.</param>
    /// <param name="first">Where to begin.</param>
    public static int CountFrom(IReadOnlyList<ManifestSegment> ordered, int first)
    {
        var (count, end) = (1, ordered[first].EndOffset);
        while (first + count < ordered.Count && ordered[first + count].StartOffset <= end)
        {
            end = Math.Max(end, ordered[first + count++].EndOffset);
        }

        return count;
    }

    /// <summary>The segments that are read together, group by group.</summary>
    /// <param name="segments">The segments of a partition, in any order.</param>
    public static IReadOnlyList<IReadOnlyList<ManifestSegment>> GroupsOf(IEnumerable<ManifestSegment> segments)
    {
        List<ManifestSegment> ordered = [.. segments.Order(Comparer<ManifestSegment>.Create(Compare))];
        List<IReadOnlyList<ManifestSegment>> groups = [];
        for (var (first, count) = (0, 0); first < ordered.Count; first += count)
        {
            count = CountFrom(ordered, first);
            groups.Add(ordered[first..(first + count)]);
        }

        return groups;
    }
}
