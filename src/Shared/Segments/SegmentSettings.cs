using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Shared.Segments;

/// <summary>How segments are cut, compressed and annotated.</summary>
public sealed record SegmentSettings
{
    /// <summary>The codec. Default: zstd.</summary>
    public CompressionCodec Codec { get; init; } = CompressionCodec.Zstd;

    /// <summary>The codec's level, 1 to 22. Default: 3. Of use with zstd only.</summary>
    public int Level { get; init; } = 3;

    /// <summary>Seal when the uncompressed body reaches this. May be exceeded by one record. Default: 128 MiB.</summary>
    public long MaxBytes { get; init; } = 134_217_728;

    /// <summary>Seal at this many records. Default: no limit.</summary>
    public long MaxRecords { get; init; } = long.MaxValue;

    /// <summary>Seal when the first record came this long ago. Default: 60 s.</summary>
    public TimeSpan MaxInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Append <c>x-original-offset</c> and <c>x-original-timestamp</c>. Default: true.</summary>
    public bool IncludeOffsetHeaders { get; init; } = true;

    /// <summary>Value of <c>x-source-cluster</c>, appended with the offset headers. Default: none.</summary>
    public string? SourceClusterId { get; init; }

    /// <summary>What a segment's name ends in, after <c>.bin</c>. Readers go by the header, not by the name.</summary>
    public string Extension => Codec.Extension();

    /// <summary>Takes what concerns segments out of a configuration.</summary>
    public static SegmentSettings From(BackupSection section) => new()
    {
        Codec = section.Compression,
        Level = section.CompressionLevel,
        MaxBytes = section.SegmentMaxBytes,
        MaxRecords = section.SegmentMaxRecords ?? long.MaxValue,
        MaxInterval = section.SegmentMaxInterval,
        IncludeOffsetHeaders = section.IncludeOffsetHeaders,
        SourceClusterId = section.SourceClusterId,
    };
}
