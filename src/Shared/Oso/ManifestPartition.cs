using System.Text.Json;
using System.Text.Json.Serialization;

namespace KafkaBackup.Shared.Oso;

/// <summary>One partition of a <see cref="ManifestTopic"/>.</summary>
public sealed record ManifestPartition
{
    /// <summary>The partition's number.</summary>
    public required int PartitionId { get; init; }

    /// <summary>Its segments.</summary>
    public required IReadOnlyList<ManifestSegment> Segments { get; init; }

    /// <summary>Ranges that were gone at the source before they could be read. Not written when empty.</summary>
    public IReadOnlyList<ManifestGap> Gaps { get; init => field = value ?? []; } = [];

    /// <summary>Ranges whose segments were deleted from the backup on purpose. Not written when empty.</summary>
    public IReadOnlyList<ManifestPruned> Pruned { get; init => field = value ?? []; } = [];

    /// <summary>Fields that this program does not know, as another one wrote them; null when there are none. They are written
    /// again after all others.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Others { get; set; } // The generated reader fills no init-only property with them.
}
