namespace KafkaBackup.Shared.Oso;

/// <summary>The offset ranges that entries of a manifest claim, where they are possible ones.</summary>
internal static class ManifestRanges
{
    /// <summary>What the segment answers for, or null when it holds no record or its offsets cannot be.</summary>
    public static OffsetRange? Of(ManifestSegment segment) =>
        segment.RecordCount > 0 && segment.EndOffset < long.MaxValue ? Range(segment.StartOffset, segment.EndOffset + 1) : null;

    /// <summary>What the gap answers for, or null when its offsets cannot be.</summary>
    public static OffsetRange? Of(ManifestGap gap) => Range(gap.StartOffset, gap.EndOffset);

    /// <summary>What was pruned, or null when its offsets cannot be.</summary>
    public static OffsetRange? Of(ManifestPruned pruned) =>
        pruned.EndOffset < long.MaxValue ? Range(pruned.StartOffset, pruned.EndOffset + 1) : null;

    private static OffsetRange? Range(long start, long next) => start >= 0 && start < next ? new OffsetRange(start, next) : null;
}
