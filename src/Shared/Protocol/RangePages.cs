namespace KafkaBackup.Shared.Protocol;

/// <summary>Keeps lists of ranges within a message: a backup with thousands of holes has as many of them.</summary>
public static class RangePages
{
    /// <summary>How many ranges a message holds at most: some 60 KB, and a definition has room beside them.</summary>
    public const int Most = 1_000;

    /// <summary>An order for them: where they are too many the last ones are made one, with what lies between them. Of that the ledger is asked before anything is read.</summary>
    /// <param name="ranges">Disjoint, ascending.</param>
    public static IReadOnlyList<OffsetRange> Order(IReadOnlyList<OffsetRange> ranges) => ranges.Count <= Most
        ? ranges
        : [.. ranges.Take(Most - 1), new OffsetRange(ranges[Most - 1].Base, ranges[^1].Next)];

    /// <summary>The first of them, and whether there are more.</summary>
    /// <param name="ranges">Disjoint, ascending.</param>
    /// <param name="most">How many at most.</param>
    public static (IReadOnlyList<OffsetRange> Page, bool HasMore) First(IReadOnlyList<OffsetRange> ranges, int most = Most) =>
        ranges.Count <= most ? (ranges, false) : ([.. ranges.Take(most)], true);
}
