namespace KafkaBackup.Shared.Ledger;

/// <summary>Sums and differences of offset ranges, for lists of any length.</summary>
internal static class OffsetRanges
{
    /// <summary>The same offsets as sorted ranges that neither overlap nor touch.</summary>
    public static List<OffsetRange> Union(IEnumerable<OffsetRange> ranges)
    {
        var union = new List<OffsetRange>();
        foreach (var range in ranges.Where(range => !range.IsEmpty).Order())
        {
            if (union.Count > 0 && range.Base <= union[^1].Next)
            {
                union[^1] = new OffsetRange(union[^1].Base, Math.Max(union[^1].Next, range.Next));
            }
            else
            {
                union.Add(range);
            }
        }

        return union;
    }

    /// <summary>The parts of <paramref name="range"/> that lie outside of <paramref name="union"/>, a result of <see cref="Union"/>.</summary>
    public static IEnumerable<OffsetRange> Outside(OffsetRange range, List<OffsetRange> union)
    {
        var at = range.Base;
        // The search needs a range that is equal or less, and then the one before may still reach into ours.
        var index = union.BinarySearch(new OffsetRange(at, at));
        index = Math.Max((index < 0 ? ~index : index) - 1, 0);
        for (; index < union.Count && union[index].Base < range.Next; index++)
        {
            if (union[index].Base > at)
            {
                yield return new OffsetRange(at, union[index].Base);
            }

            at = Math.Max(at, union[index].Next);
        }

        if (at < range.Next)
        {
            yield return new OffsetRange(at, range.Next);
        }
    }
}
