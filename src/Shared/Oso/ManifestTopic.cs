using System.Text.Json;
using System.Text.Json.Serialization;

namespace KafkaBackup.Shared.Oso;

/// <summary>One topic of a <see cref="BackupManifest"/>.</summary>
public sealed record ManifestTopic
{
    /// <summary>The topic's name.</summary>
    public required string Name { get; init; }

    /// <summary>How many partitions it had at the source when last seen, or null when that was not recorded.</summary>
    public int? OriginalPartitionCount { get; init; }

    /// <summary>The partitions that have a segment or a gap; partitions that were always empty are not listed.</summary>
    public required IReadOnlyList<ManifestPartition> Partitions { get; init; }

    /// <summary>Fields that this program does not know, as another one wrote them; null when there are none. They are written
    /// again after all others.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Others { get; set; } // The generated reader fills no init-only property with them.
}
