namespace KafkaBackup.Shared.Segments;

/// <summary>What is known of a segment without opening it.</summary>
public sealed record SegmentInfo
{
    /// <summary>The full key, backup id included.</summary>
    public required string Key { get; init; }

    /// <summary>Offset of the first record.</summary>
    public required long StartOffset { get; init; }

    /// <summary>Offset of the last record, inclusive (OSO's <c>end_offset</c>).</summary>
    public required long EndOffset { get; init; }

    /// <summary>Smallest record timestamp, ms since 1970, so that a time filter never skips the segment wrongly.</summary>
    public required long MinTimestamp { get; init; }

    /// <summary>Largest record timestamp, ms since 1970.</summary>
    public required long MaxTimestamp { get; init; }

    /// <summary>Number of records.</summary>
    public required long RecordCount { get; init; }

    /// <summary>Bytes of the body before compression.</summary>
    public required long UncompressedSize { get; init; }

    /// <summary>Bytes of the whole object.</summary>
    public required long CompressedSize { get; init; }

    /// <summary>SHA-256 of the whole object, lower-case hex; null when it is not known.</summary>
    public string? Sha256 { get; init; }

    /// <summary>When the object was stored, ms since 1970; null when it is not known.</summary>
    public long? UploadedAt { get; init; }
}
