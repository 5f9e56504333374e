using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Segments;

namespace KafkaBackup.Shared.Validation;

/// <summary>What the store has for one segment that a backup names.</summary>
internal sealed record SegmentEvidence(ManifestSegment Claimed)
{
    /// <summary>What is wrong with the object, or other than claimed; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Whether records can be read from the object, as far as was looked.</summary>
    public bool IsReadable { get; init; } = true;

    /// <summary>What the object really holds; null when it was not decoded.</summary>
    public SegmentInfo? Found { get; init; }

    /// <summary>Records that look like transaction markers, which OSO's tool stores as if they were records.</summary>
    public long Markers { get; init; }

    /// <summary>The offsets that the segment answers for: the object's own word before the claim.</summary>
    public OffsetRange? Range => Found is { } info ? new OffsetRange(info.StartOffset, info.EndOffset + 1) : ManifestRanges.Of(Claimed);

    /// <summary>Number of records.</summary>
    public long Records => Found?.RecordCount ?? Claimed.RecordCount;

    /// <summary>How many offsets between the segment's first and last record have none.</summary>
    public long MissingInside => Range is { } range ? Math.Max(0, range.Length - Records) : 0;
}
