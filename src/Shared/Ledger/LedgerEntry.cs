using KafkaBackup.Shared.Segments;

namespace KafkaBackup.Shared.Ledger;

/// <summary>One commit of one partition: the offsets it answers for, and the segment that holds their records.</summary>
/// <remarks>Three kinds: with a segment; with a gap (the offsets are proven gone at the source); with neither (the source was read and
/// holds no record there: compacted away, aborted, or transaction markers).</remarks>
public sealed record LedgerEntry
{
    /// <summary>The partition.</summary>
    public required PartitionId Partition { get; init; }

    /// <summary>The offsets this entry answers for. Never empty. A segment may hold records outside of it; those do not count here.</summary>
    public required OffsetRange Range { get; init; }

    /// <summary>The segment, or null.</summary>
    public SegmentInfo? Segment { get; init; }

    /// <summary>Why the offsets are gone, or null.</summary>
    public Gap? Gap { get; init; }

    /// <summary>Whether both name the same range and the same object: a repeated commit.</summary>
    public bool IsRepeatOf(LedgerEntry other) => Partition == other.Partition && Range == other.Range && Segment?.Key == other.Segment?.Key;
}
