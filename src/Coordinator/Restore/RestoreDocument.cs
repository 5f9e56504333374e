using System.Text.Json;
using System.Text.Json.Serialization;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>What is written down of a restore beside its backup, so that another attempt can go on with it. Changed by compare-and-swap only.</summary>
internal sealed record RestoreDocument
{
    /// <summary>The format's version that this program writes. Whoever finds a newer one leaves it alone.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The version of this object's format.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>When the restore began, with its first attempt.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it was last written.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When all of it was restored and counted; null while it is not.</summary>
    public DateTimeOffset? WholeSince { get; init; }

    /// <summary>Who is at work on it; null: nobody.</summary>
    public ClaimOwner? Owner { get; init; }

    /// <summary>Grows whenever the owner writes: one that does not any more is no more.</summary>
    public long Beat { get; init; }

    /// <summary>The topics that it restores, by their names at the target.</summary>
    public IReadOnlyDictionary<string, DocumentedTopic> Topics { get; init; } = new Dictionary<string, DocumentedTopic>(StringComparer.Ordinal);

    /// <summary>The object's content.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, RestoreJson.Default.RestoreDocument);

    /// <summary>The same, with a topic that is at the target now, and in which the restore begins.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="id">The id that it has there.</param>
    /// <param name="ends">What its partitions hold that is none of the restore's; those that hold nothing may be left out.</param>
    public RestoreDocument With(RestoreTopic topic, string? id, IReadOnlyDictionary<int, long> ends)
    {
        var known = Topics[topic.Made.Name];
        return With(topic.Made.Name, known with
        {
            Id = id,
            IsBegun = true,
            Held = topic.Held,
            Partitions = known.Partitions.ToDictionary(partition => partition.Key, partition => partition.Value with { Base = ends.GetValueOrDefault(partition.Key) }),
        });
    }

    /// <summary>The same, with all of it restored.</summary>
    public RestoreDocument AsWhole(DateTimeOffset since) => this with
    {
        WholeSince = since,
        Topics = Topics.ToDictionary(topic => topic.Key, topic => topic.Value with { IsWhole = true }, StringComparer.Ordinal),
    };

    /// <summary>The same, with nothing held of a topic any more.</summary>
    public RestoreDocument WithoutHold(string name) => With(name, Topics[name] with { Held = new Dictionary<string, string?>() });

    private RestoreDocument With(string name, DocumentedTopic topic) =>
        this with { Topics = Topics.ToDictionary(other => other.Key, other => other.Key == name ? topic : other.Value, StringComparer.Ordinal) };

    /// <summary>The same, with how far partitions are; null: nothing that was noted counts.</summary>
    public RestoreDocument WithPositions(IReadOnlyDictionary<PartitionId, RestoredSoFar?> positions) => this with
    {
        Topics = Topics.ToDictionary(
            topic => topic.Key,
            topic => topic.Value with
            {
                Partitions = topic.Value.Partitions.ToDictionary(
                    partition => partition.Key,
                    partition => positions.TryGetValue(new PartitionId(topic.Key, partition.Key), out var soFar) ? partition.Value with { SoFar = soFar } : partition.Value),
            },
            StringComparer.Ordinal),
    };

    /// <summary>Reads an object's content.</summary>
    /// <exception cref="StorageException">It is none, or of a newer version.</exception>
    public static RestoreDocument Read(ReadOnlySpan<byte> content, string key)
    {
        try
        {
            var document = JsonSerializer.Deserialize(content, RestoreJson.Default.RestoreDocument) ?? throw new JsonException("it is null");
            return document.Version <= CurrentVersion ? Sound(document) : throw new StorageException(key,
                $"{key}, which tells how far this restore is, was written by a newer version of this program (format {document.Version}). Go on with the restore by that version.");
        }
        catch (JsonException e)
        {
            throw new StorageException(key, $"{key}, which tells how far this restore is, cannot be read: {e.Message.TrimEnd('.')}. To begin anew, delete it, and the topics that were restored.", e);
        }
    }

    /// <exception cref="JsonException">It says what none can say.</exception>
    private static RestoreDocument Sound(RestoreDocument document)
    {
        foreach (var (name, topic) in document.Topics ?? throw new JsonException("it has no topics"))
        {
            if (topic?.Partitions is null
                || (topic.PartitionCount is { } count && count != topic.Partitions.Count)
                || topic.Partitions.Values.Any(partition => partition is null or { Base: < 0 } or { SoFar: { Records: < 0 } or { SourceOffset: < -1 } }))
            {
                throw new JsonException($"what it says of topic '{name}' cannot be");
            }
        }

        return document;
    }

    /// <summary>A topic that it restores.</summary>
    internal sealed record DocumentedTopic
    {
        /// <summary>The id that it has at the target; null until it is begun, or when the target gives none.</summary>
        public string? Id { get; init; }

        /// <summary>Whether it is written down where the restore begins in it: from then on what comes into it is the restore's.</summary>
        public bool IsBegun { get; init; }

        /// <summary>Whether all of it was restored and counted: from then on others may use it.</summary>
        public bool IsWhole { get; init; }

        /// <summary>Whether others made it.</summary>
        public bool Exists { get; init; }

        /// <summary>What is held of it, with what it had before, as <see cref="RestoreTopic.Held"/>; null until that is written down, which is before it is held.</summary>
        public IReadOnlyDictionary<string, string?>? Held { get; init; }

        /// <summary>How many <see cref="Partitions"/> there are, so that a document that lost some is noticed: they would be taken for ones with nothing to do. Null in older documents.</summary>
        public int? PartitionCount { get; init; }

        /// <summary>Its partitions that are restored, by their numbers at the target.</summary>
        public IReadOnlyDictionary<int, DocumentedPartition> Partitions { get; init; } = new Dictionary<int, DocumentedPartition>();
    }

    /// <summary>A partition that is restored.</summary>
    internal sealed record DocumentedPartition
    {
        /// <summary>The offset at the source of the last record that the restore brings: what the backup gets later is none of its business.</summary>
        public required long Until { get; init; }

        /// <summary>Of a topic that is repartitioned the same for each partition at the source, by number; null for others.</summary>
        public IReadOnlyDictionary<int, long>? Sources { get; init; }

        /// <summary>A hash of the segments that it is restored from: of other ones other records may come.</summary>
        public required string Segments { get; init; }

        /// <summary>These three as one.</summary>
        [JsonIgnore]
        public RestoreExtent Extent => new(Until, Sources, Segments);

        /// <summary>Which records are left out of it, as <c>retention_policy: skip</c> wanted when it was begun; null: none.</summary>
        public RecordRules? Rules { get; init; }

        /// <summary>As <see cref="RestorePartition.Base"/>.</summary>
        public long Base { get; init; }

        /// <summary>How far it is; null: nothing is acknowledged.</summary>
        public RestoredSoFar? SoFar { get; init; }
    }
}

/// <summary>The generated readers and writers of a restore's document.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RestoreDocument))]
internal sealed partial class RestoreJson : JsonSerializerContext;
