using System.Text.Json;
using System.Text.Json.Serialization;

namespace KafkaBackup.Shared.Oso;

/// <summary>A range of offsets whose segments were deleted from the backup on purpose, as OSO's <c>prune</c> and its retention do.</summary>
public sealed record ManifestPruned
{
    /// <summary>The first offset that was deleted.</summary>
    public required long StartOffset { get; init; }

    /// <summary>The last offset that was deleted, inclusive.</summary>
    public required long EndOffset { get; init; }

    /// <summary>How many segments held them.</summary>
    public long Segments { get; init; }

    /// <summary>How many bytes their objects had.</summary>
    public long Bytes { get; init; }

    /// <summary>When they were deleted, ms since 1970.</summary>
    public long PrunedAt { get; init; }

    /// <summary>Segments older than this were to be deleted, ms since 1970; 0 when it did not go by time.</summary>
    public long CutoffTimestamp { get; init; }

    /// <summary>Who wanted it: OSO knows <c>manual</c> and <c>retention</c>.</summary>
    public string Reason { get; init => field = value ?? ""; } = "";

    /// <summary>Fields that this program does not know, as another one wrote them; null when there are none. They are written
    /// again after all others.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Others { get; set; } // The generated reader fills no init-only property with them.
}
