using System.Collections.ObjectModel;
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

    /// <summary>How many replicas its partitions had at the source when last seen. Not written when that was not recorded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? SourceReplicationFactor { get; init; }

    /// <summary>What was set for the topic itself at the source, by name; defaults are left out. Not written when empty.</summary>
    public IReadOnlyDictionary<string, string> Configurations { get; init => field = value ?? NoSettings; } = NoSettings;

    /// <summary>The partitions that have a segment or a gap; partitions that were always empty are not listed.</summary>
    public required IReadOnlyList<ManifestPartition> Partitions { get; init; }

    /// <summary>Fields that this program does not know, as another one wrote them; null when there are none. They are written
    /// again after all others.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Others { get; set; } // The generated reader fills no init-only property with them.

    private static readonly IReadOnlyDictionary<string, string> NoSettings = ReadOnlyDictionary<string, string>.Empty;
}
