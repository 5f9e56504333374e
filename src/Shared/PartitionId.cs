namespace KafkaBackup.Shared;

/// <summary>One Kafka partition of the source: topic name and partition number. Orders by topic (ordinal), then number.</summary>
/// <param name="Topic">The topic's name.</param>
/// <param name="Number">The partition's number, 0 or more.</param>
public readonly record struct PartitionId(string Topic, int Number) : IComparable<PartitionId>
{
    /// <inheritdoc />
    public int CompareTo(PartitionId other)
    {
        var byTopic = string.CompareOrdinal(Topic, other.Topic);
        return byTopic != 0 ? byTopic : Number.CompareTo(other.Number);
    }

    /// <summary>Kafka's usual short form, <c>topic:number</c>.</summary>
    public override string ToString() => $"{Topic}:{Number}";
}
