using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Oso;

/// <summary>Reads and writes <c>manifest.json</c>, byte for byte as OSO's tool writes it.</summary>
public static class ManifestJson
{
    private static readonly JsonTypeInfo<BackupManifest> TypeInfo = MakeTypeInfo();
    private static readonly JsonTypeInfo<ManifestTopic> TopicTypeInfo = (JsonTypeInfo<ManifestTopic>)TypeInfo.Options.GetTypeInfo(typeof(ManifestTopic));

    /// <summary>Writes a manifest: UTF-8, two spaces of indentation, no newline at the end.</summary>
    public static byte[] Write(BackupManifest manifest) => JsonSerializer.SerializeToUtf8Bytes(manifest, TypeInfo);

    /// <summary>Reads a manifest. Fields that may be absent may be, and unknown ones are kept.</summary>
    /// <param name="utf8">The whole object.</param>
    /// <param name="key">Its key, for the message.</param>
    /// <exception cref="StorageException">It is cut off, no JSON, lacks a required field, or holds a value that no manifest can have.
    /// Nothing may be overwritten on the strength of that: what it named is only known from it.</exception>
    public static BackupManifest Read(ReadOnlySpan<byte> utf8, string key) => Deserialize(utf8, TypeInfo, key) switch
    {
        null => throw Unreadable(key, "it holds 'null'", null),
        var manifest when ImpossibleValue(manifest) is { } problem => throw Unreadable(key, problem, null),
        var manifest => manifest,
    };

    /// <summary>Reads one topic of a manifest.</summary>
    /// <inheritdoc cref="Read"/>
    internal static ManifestTopic ReadTopic(ReadOnlySpan<byte> utf8, string key)
    {
        var topic = Deserialize(utf8, TopicTypeInfo, key);
        return ImpossibleValue(topic) is { } problem ? throw Unreadable(key, problem, null) : topic!;
    }

    private static T? Deserialize<T>(ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type, string key)
    {
        try
        {
            return JsonSerializer.Deserialize(utf8, type);
        }
        catch (JsonException e)
        {
            throw Unreadable(key, e.Message, e);
        }
    }

    /// <summary>A writer that writes as <see cref="Write(BackupManifest)"/> does.</summary>
    internal static Utf8JsonWriter WriterOn(Stream utf8) => new(utf8, new JsonWriterOptions { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = TypeInfo.Options.Encoder });

    /// <summary>Writes one topic.</summary>
    internal static void Write(Utf8JsonWriter writer, ManifestTopic topic) => JsonSerializer.Serialize(writer, topic, TopicTypeInfo);

    /// <summary>The manifest as a JSON document, for writers of other formats that keep its names and order.</summary>
    public static JsonElement ToElement(BackupManifest manifest) => JsonSerializer.SerializeToElement(manifest, TypeInfo);

    /// <summary>The same of one topic.</summary>
    public static JsonElement ToElement(ManifestTopic topic) => JsonSerializer.SerializeToElement(topic, TopicTypeInfo);

    private static JsonTypeInfo<BackupManifest> MakeTypeInfo()
    {
        var options = new JsonSerializerOptions(ManifestJsonContext.Default.Options)
        {
            // The default encoder writes non-ASCII text as \u escapes, which OSO does not.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            NewLine = "\n",
            IndentSize = 2,
            // The last of two "segments" would silently win.
            AllowDuplicateProperties = false,
            TypeInfoResolver = ManifestJsonContext.Default.WithAddedModifier(OmitEmptyLists),
        };
        return (JsonTypeInfo<BackupManifest>)options.GetTypeInfo(typeof(BackupManifest));
    }

    private static void OmitEmptyLists(JsonTypeInfo type)
    {
        if (type.Type == typeof(ManifestTopic))
        {
            Property("configurations").ShouldSerialize = static (_, value) => value is IReadOnlyDictionary<string, string> { Count: > 0 };
        }

        if (type.Type == typeof(ManifestPartition))
        {
            Property("gaps").ShouldSerialize = static (_, value) => value is IReadOnlyList<ManifestGap> { Count: > 0 };
            Property("pruned").ShouldSerialize = static (_, value) => value is IReadOnlyList<ManifestPruned> { Count: > 0 };
        }

        JsonPropertyInfo Property(string name) => type.Properties.Single(property => property.Name == name);
    }

    private static string? ImpossibleValue(BackupManifest manifest)
    {
        // The generated reader refuses null for a member, but not inside a list.
        if (manifest.SourceBrokers.Any(broker => broker is null))
        {
            return "source_brokers holds null";
        }

        return manifest.Topics.Select(ImpossibleValue).FirstOrDefault(problem => problem is not null);
    }

    private static string? ImpossibleValue(ManifestTopic? topic) => topic switch
    {
        null => "topics holds null",
        { Name: "" } => "a topic has an empty name",
        { OriginalPartitionCount: < 0 } => $"topic '{topic.Name}' has {topic.OriginalPartitionCount} partitions",
        _ when topic.Configurations.Any(setting => setting.Value is null) => $"topic '{topic.Name}' has a setting that is null",
        _ => topic.Partitions.Select(ImpossibleValue).FirstOrDefault(problem => problem is not null) is { } problem
            ? $"topic '{topic.Name}' has {problem}"
            : null,
    };

    private static string? ImpossibleValue(ManifestPartition? partition)
    {
        if (partition is null or { PartitionId: < 0 })
        {
            return $"a partition {partition?.PartitionId.ToString() ?? "null"}";
        }

        foreach (var segment in partition.Segments)
        {
            if (segment is null or { Key: "" } or { StartOffset: < 0 } or { RecordCount: < 0 }
                or { UncompressedSize: < 0 } or { CompressedSize: < 0 })
            {
                return $"in partition {partition.PartitionId} a segment '{segment?.Key}' without a key, or with a negative offset, count or size";
            }
        }

        if (partition.Pruned.Any(pruned => pruned is null or { StartOffset: < 0 } or { Segments: < 0 } or { Bytes: < 0 }))
        {
            return $"in partition {partition.PartitionId} a pruned range that is null, or with a negative offset, count or size";
        }

        return partition.Gaps.Any(gap => gap is null or { StartOffset: < 0 })
            ? $"in partition {partition.PartitionId} a gap that is null or starts at a negative offset"
            : null;
    }

    /// <summary>The failure to read a manifest.</summary>
    internal static StorageException Unreadable(string key, string why, Exception? inner) => new(
        key,
        $"The manifest '{key}' cannot be read: {why.TrimEnd('.')}. It was left as it is. Put an intact copy in its place; or, where the backup "
            + "has a _cluster/head.json ('kafka-backup repair' makes one that was lost), delete it, and the next run writes it anew.",
        inner);
}
