using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Shared.OffsetSnapshots;

/// <summary>A partition in which a group stands elsewhere than in a snapshot, or has other metadata beside the same offset.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Now">What the group has committed there now; null where it has not.</param>
/// <param name="Then">The same in the snapshot.</param>
public readonly record struct OffsetDifference(PartitionId Partition, CommittedOffset? Now, CommittedOffset? Then);
