using System.Text.Json;
using System.Text.Json.Serialization;

namespace KafkaBackup.Shared.Oso;

/// <summary>A range of offsets that was gone at the source before it could be read.</summary>
public sealed record ManifestGap
{
    /// <summary>The first offset that is gone.</summary>
    public required long StartOffset { get; init; }

    /// <summary>The first offset after the gap. Unlike a segment's, this end is exclusive.</summary>
    public required long EndOffset { get; init; }

    /// <summary>Why it is gone; OSO knows <c>offset_out_of_range</c> only.</summary>
    public required string Reason { get; init; }

    /// <summary>When that was seen, ms since 1970.</summary>
    public required long DetectedAt { get; init; }

    /// <summary>Fields that this program does not know, as another one wrote them; null when there are none. They are written
    /// again after all others.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Others { get; set; } // The generated reader fills no init-only property with them.
}
