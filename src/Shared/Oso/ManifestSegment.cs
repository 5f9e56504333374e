using System.Text.Json;
using System.Text.Json.Serialization;

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

    /// <summary>SHA-256 of the whole object, lower-case hex; null when it was not recorded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sha256 { get; init; }

    /// <summary>When the object was stored, ms since 1970; null when it was not recorded. OSO's retention goes by it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? UploadedAt { get; init; }

    /// <summary>Fields that this program does not know, as another one wrote them; null when there are none. They are written
    /// again after all others.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Others { get; set; } // The generated reader fills no init-only property with them.
}
