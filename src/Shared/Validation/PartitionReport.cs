namespace KafkaBackup.Shared.Validation;

/// <summary>What validation found of one partition.</summary>
public sealed record PartitionReport
{
    /// <summary>The partition.</summary>
    public required PartitionId Partition { get; init; }

    /// <summary>Objects that the backup names for it.</summary>
    public required int Segments { get; init; }

    /// <summary>Records in them: counted when they were decoded, else as claimed.</summary>
    public required long Records { get; init; }

    /// <summary>The offsets that a restore brings back, as ranges in order; offsets that never held a record are not told from others.</summary>
    public required IReadOnlyList<OffsetRange> Restorable { get; init; }

    /// <summary>Ranges that are recorded as gone at the source.</summary>
    public required IReadOnlyList<OffsetRange> Gaps { get; init; }

    /// <summary>Ranges whose segments were deleted from the backup on purpose.</summary>
    public IReadOnlyList<OffsetRange> Pruned { get; init; } = [];

    /// <summary>Ranges between others that nothing answers for: records are missing.</summary>
    public required IReadOnlyList<OffsetRange> Holes { get; init; }

    /// <summary>Ranges between segments without any record that compaction, aborted transactions or transaction markers most likely left, but the
    /// backup does not say so.</summary>
    public required IReadOnlyList<OffsetRange> Unexplained { get; init; }

    /// <summary>Offsets that inside of segments have no record.</summary>
    public required long MissingInside { get; init; }

    /// <summary>Ranges that more than one segment holds.</summary>
    public required IReadOnlyList<OffsetRange> Overlaps { get; init; }

    /// <summary>Whether overlaps count as a fault: a ledger says which segment answers for an offset, without one a restore may bring records twice.</summary>
    public required bool OverlapsAreFaults { get; init; }

    /// <summary>Records that look like transaction markers.</summary>
    public required long Markers { get; init; }

    /// <summary>A sentence for each object that is missing, damaged, or other than claimed.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>What this partition comes to.</summary>
    public ValidationVerdict Verdict =>
        Problems.Count > 0 || Holes.Count > 0 || (OverlapsAreFaults && Overlaps.Count > 0) ? ValidationVerdict.Invalid
        : Gaps.Count > 0 ? ValidationVerdict.ValidWithGaps
        : ValidationVerdict.Valid;
}
