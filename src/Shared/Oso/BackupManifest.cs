using System.Text.Json;
using System.Text.Json.Serialization;

namespace KafkaBackup.Shared.Oso;

/// <summary>OSO's <c>manifest.json</c>: what a backup holds, as a reader of that format sees it.</summary>
/// <remarks>The members stand in the order in which they are written, which is OSO's. A generated
/// JSON reader sets an absent <c>init</c> property to null instead of leaving its default; hence the coalescing ones here.</remarks>
public sealed record BackupManifest
{
    /// <summary>The backup's name.</summary>
    public required string BackupId { get; init; }

    /// <summary>When the backup was first begun, ms since 1970. Later runs do not change it.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>The Kafka cluster that was read, or null when it was not recorded (OSO never records it).</summary>
    public string? SourceClusterId { get; init; }

    /// <summary>The brokers that were read from; may be empty.</summary>
    public IReadOnlyList<string> SourceBrokers { get; init => field = value ?? []; } = [];

    /// <summary>The codec of the first run (<c>zstd</c>, <c>lz4</c>, <c>none</c>), or "" when not recorded. Each segment says its own.</summary>
    public string Compression { get; init => field = value ?? ""; } = "";

    /// <summary>The topics.</summary>
    public required IReadOnlyList<ManifestTopic> Topics { get; init; }

    /// <summary>Fields that this program does not know, as another one wrote them; null when there are none. They are written
    /// again after all others.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Others { get; set; } // The generated reader fills no init-only property with them.
}
