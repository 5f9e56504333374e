using System.Text.Json;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.OffsetSnapshots;

/// <summary>What consumer groups had committed at one moment, to go back to: <c>snapshot.json</c> in the form of OSO's <c>offset-rollback</c>.</summary>
public sealed record OffsetSnapshot
{
    /// <summary>Its name, which is that of its folder.</summary>
    public required string SnapshotId { get; init; }

    /// <summary>When it was taken.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The groups by their ids, in order. One that had committed nothing is among them.</summary>
    public required SortedDictionary<string, Group> GroupOffsets { get; init; }

    /// <summary>The restore before which it was taken. Written by others only.</summary>
    public string? RestoreId { get; init; }

    /// <summary>The Kafka cluster's id; null where it is not known, as in OSO's own.</summary>
    public string? ClusterId { get; init; }

    /// <summary>Addresses of the cluster, <c>host:port</c>, as the user gave them.</summary>
    public IReadOnlyList<string> BootstrapServers { get; init; } = [];

    /// <summary>What its user says of it.</summary>
    public string? Description { get; init; }

    /// <summary>The offsets of one group.</summary>
    public sealed record Group
    {
        /// <summary>Its id.</summary>
        public required string GroupId { get; init; }

        /// <summary>By topic and partition.</summary>
        public required SortedDictionary<string, SortedDictionary<int, Place>> Offsets { get; init; }

        /// <summary>How many partitions these are.</summary>
        public long PartitionCount { get; init; }

        /// <summary>What it had committed, by partition.</summary>
        public IEnumerable<KeyValuePair<PartitionId, CommittedOffset>> Places() =>
            from topic in Offsets
            from partition in topic.Value
            where partition.Value.Offset >= 0 // By -1 brokers say of a partition that nothing is committed there.
            select KeyValuePair.Create(new PartitionId(topic.Key, partition.Key), new CommittedOffset(partition.Value.Offset, partition.Value.Metadata));
    }

    /// <summary>Where a group stands in one partition.</summary>
    public sealed record Place
    {
        /// <summary>What it would read next. Required: taken for 0 where it is not there, it would have everything read again.</summary>
        public required long Offset { get; init; }

        /// <summary>What the consumer wrote beside; empty: nothing; null: nobody asked, and nothing is told or set of it.</summary>
        public string? Metadata { get; init; }

        /// <summary>When it was committed, ms since 1970. Brokers do not tell it: null.</summary>
        public long? Timestamp { get; init; }
    }

    /// <summary>A group as a cluster tells of it.</summary>
    public static Group Of(GroupOffsets group)
    {
        var offsets = new SortedDictionary<string, SortedDictionary<int, Place>>(StringComparer.Ordinal);
        foreach (var (partition, offset) in group.Offsets)
        {
            offsets.TryAdd(partition.Topic, []);
            offsets[partition.Topic][partition.Number] = new Place { Offset = offset.Offset, Metadata = offset.Metadata };
        }

        return new Group { GroupId = group.Group, Offsets = offsets, PartitionCount = group.Offsets.Count };
    }

    /// <summary>What is told of it in a list.</summary>
    public OffsetSnapshotMetadata ToMetadata() => new()
    {
        SnapshotId = SnapshotId,
        CreatedAt = CreatedAt,
        GroupCount = GroupOffsets.Count,
        OffsetCount = GroupOffsets.Values.Sum(group => (long)group.Places().Count()),
        RestoreId = RestoreId,
        Description = Description,
    };

    /// <summary>The object's content.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, OffsetSnapshotJson.Default.OffsetSnapshot);

    /// <summary>Reads the object's content.</summary>
    /// <exception cref="StorageException">It is no such snapshot.</exception>
    public static OffsetSnapshot Read(ReadOnlySpan<byte> content, string key)
    {
        try
        {
            var snapshot = JsonSerializer.Deserialize(content, OffsetSnapshotJson.Default.OffsetSnapshot) ?? throw new JsonException("it is null");
            foreach (var (id, group) in snapshot.GroupOffsets)
            {
                if (group?.Offsets.Values.Any(topic => topic is null || topic.Any(place => place.Key < 0 || place.Value is null)) != false)
                {
                    throw new JsonException($"it does not tell where consumer group '{id}' stood");
                }
            }

            return snapshot;
        }
        catch (JsonException e)
        {
            throw new StorageException(key, $"The offset snapshot '{key}' cannot be read: {e.Message.TrimEnd('.')}.", e);
        }
    }
}
