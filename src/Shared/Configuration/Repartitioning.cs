using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Shared.Configuration;

/// <summary>An entry of <c>restore.repartitioning</c>: a topic gets another number of partitions than it had at the source.</summary>
/// <param name="Strategy">How a record's partition is chosen.</param>
/// <param name="Partitions"><c>target_partitions</c>: how many the topic has at the target; 1 or more.</param>
public sealed record Repartitioning(RepartitioningStrategy Strategy, int Partitions)
{
    /// <summary>The partition of a record. It depends on nothing but the record, so that another attempt puts it into the same one.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="source">Its partition at the source.</param>
    /// <param name="offset">Its offset there.</param>
    public int PartitionOf(NullableSpan key, int source, long offset) => Strategy == RepartitioningStrategy.Murmur2 && !key.IsNull
        ? Murmur2.PartitionOf(key.Bytes, Partitions)
        : (int)((offset + source) % Partitions);
}
