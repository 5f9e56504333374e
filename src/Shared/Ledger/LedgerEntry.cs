using System.Text.Json.Serialization;
using KafkaBackup.Shared.Segments;

namespace KafkaBackup.Shared.Ledger;

/// <summary>One commit of one partition: the offsets it answers for, and the segment that holds their records.</summary>
/// <remarks>Four kinds: with a segment; with a gap (the offsets are proven gone at the source); pruned (their segment
/// was deleted on purpose); with none of these (the source was read and
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

    /// <summary>The leader epoch of the segment's last record, by which the source tells whether its log is still the one that was read; null when
    /// it is not known.</summary>
    public int? LeaderEpoch { get; init; }

    /// <summary><see cref="LeaderEpoch"/>, when that record lies right before <see cref="OffsetRange.Next"/>. Of offsets behind it that hold no record
    /// nobody knows the epoch, and with too old a one a sound log would look like one that was cut off.</summary>
    [JsonIgnore]
    public int? LeaderEpochAtEnd => Segment?.EndOffset + 1 == Range.Next ? LeaderEpoch : null;

    /// <summary>Why the backup no longer holds the records, or null.</summary>
    public Pruned? Pruned { get; init; }

    /// <summary>Whether both name the same range and the same object: a repeated commit.</summary>
    public bool IsRepeatOf(LedgerEntry other) => Partition == other.Partition && Range == other.Range && Segment?.Key == other.Segment?.Key;
}
