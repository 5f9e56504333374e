using KafkaBackup.Shared;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>What is to be done for one partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Ranges">Ranges to back up, in order. Never empty.</param>
/// <param name="SavedOffset">The last offset that the backup answers for, as <c>offsets.db</c> shows it; null when it has none.</param>
public sealed record PartitionWork(PartitionId Partition, IReadOnlyList<OffsetRange> Ranges, long? SavedOffset)
{
    /// <summary>The topic that was planned, by Kafka's id; null when it is not known.</summary>
    public string? TopicId { get; init; }

    /// <summary>How many offsets are to be read.</summary>
    public long Length => Ranges.Sum(range => range.Length);
}
