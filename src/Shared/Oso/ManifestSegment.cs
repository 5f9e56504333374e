namespace KafkaBackup.Shared.Oso;

/// <summary>One segment as a <see cref="BackupManifest"/> names it.</summary>
public sealed record ManifestSegment
{
    /// <summary>The full key, backup id included. Readers open the segment by it, whatever it looks like.</summary>
    public required string Key { get; init; }

    /// <summary>Offset of the first record.</summary>
    public required long StartOffset { get; init; }

    /// <summary>Offset of the last record, inclusive.</summary>
    public required long EndOffset { get; init; }

    /// <summary>Timestamp of the first record by position (OSO) or the smallest one (ours), ms since 1970.</summary>
    public required long StartTimestamp { get; init; }

    /// <summary>Timestamp of the last record by position (OSO) or the largest one (ours), ms since 1970.</summary>
    public required long EndTimestamp { get; init; }

    /// <summary>Number of records.</summary>
    public required long RecordCount { get; init; }

    /// <summary>Bytes of the body before compression; 0 when it was not recorded.</summary>
    public long UncompressedSize { get; init; }

    /// <summary>Bytes of the whole object; 0 when it was not recorded.</summary>
    public long CompressedSize { get; init; }
}
