using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Oso;

/// <summary>The committed offsets of consumer groups, as OSO's <c>consumer-groups-snapshot.json</c> holds them.</summary>
public sealed record GroupSnapshot
{
    /// <summary>When it was taken, ms since 1970; null when that was not written down.</summary>
    public long? SnapshotTime { get; init; }

    /// <summary>The groups, in order of id.</summary>
    public IReadOnlyList<SnapshotGroup> Groups { get; init; } = [];

    /// <summary>One group.</summary>
    public sealed record SnapshotGroup
    {
        /// <summary>Its id.</summary>
        public required string GroupId { get; init; }

        /// <summary>By topic, then by partition (as text), the offset that the group would read next.</summary>
        public required SortedDictionary<string, SortedDictionary<string, long>> Offsets { get; init; }

        /// <summary>What was committed beside, by topic and partition: of those only that have something. Null: nothing. OSO's tool knows nothing of it, and passes it over.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public SortedDictionary<string, SortedDictionary<string, Commit>>? Commits { get; init; }

        /// <summary>The metadata beside the offset in a partition; null: none, or not known.</summary>
        public string? MetadataOf(PartitionId partition) => CommitOf(partition.Topic, partition.Number.ToString(CultureInfo.InvariantCulture))?.Metadata;

        /// <summary>All of its offsets, with what stands beside them. What is no partition's number is passed over.</summary>
        internal IEnumerable<(PartitionId Partition, long Offset, Commit? Commit)> All() =>
            from topic in Offsets
            from offset in topic.Value
            where int.TryParse(offset.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            select (new PartitionId(topic.Key, int.Parse(offset.Key, CultureInfo.InvariantCulture)), offset.Value, CommitOf(topic.Key, offset.Key));

        internal Commit? CommitOf(string topic, string partition) => Commits?.GetValueOrDefault(topic)?.GetValueOrDefault(partition);
    }

    /// <summary>What a consumer has committed beside an offset.</summary>
    public sealed record Commit
    {
        /// <summary>The text that it wrote; null: none.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Metadata { get; init; }

        /// <summary>The leader epoch of the last record that it read, at the source; null: it did not tell.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public int? LeaderEpoch { get; init; }

        /// <summary>What stands beside <paramref name="offset"/>; null when nothing does.</summary>
        public static Commit? Of(CommittedOffset offset) => offset is { Metadata: null or "", LeaderEpoch: null }
            ? null
            : new Commit { Metadata = offset.Metadata is "" ? null : offset.Metadata, LeaderEpoch = offset.LeaderEpoch };
    }

    /// <summary>Reads the object's content.</summary>
    /// <exception cref="StorageException">It is no such snapshot.</exception>
    public static GroupSnapshot Read(ReadOnlySpan<byte> content, string key)
    {
        try
        {
            var snapshot = JsonSerializer.Deserialize(content, ManifestJsonContext.Default.GroupSnapshot) ?? throw new JsonException("it is null");
            snapshot = snapshot with { Groups = snapshot.Groups ?? [] }; // The generated reader sets what is absent to null.
            return snapshot.Groups.Any(group => group is null or { GroupId: "" } || group.Offsets.Values.Any(partitions => partitions is null))
                ? throw new JsonException("a group in it has no id, or no offsets")
                : snapshot;
        }
        catch (JsonException e)
        {
            throw new StorageException(key, $"The consumer group snapshot '{key}' cannot be read: {e.Message.TrimEnd('.')}. It was left as it is; move it away to have a new one made.", e);
        }
    }

    /// <summary>The object's content.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ManifestJsonContext.Default.GroupSnapshot);

    /// <summary>Whether both hold the same offsets of the same groups, with the same beside them.</summary>
    public bool IsSameAs(GroupSnapshot other) => Flat().SetEquals(other.Flat());

    private HashSet<(string Group, string Topic, string Partition, long Offset, Commit? Commit)> Flat() =>
        [.. from one in Groups from topic in one.Offsets from partition in topic.Value select (one.GroupId, topic.Key, partition.Key, partition.Value, one.CommitOf(topic.Key, partition.Key))];
}
