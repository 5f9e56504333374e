namespace KafkaBackup.Shared.OffsetSnapshots;

/// <summary>A partition in which a group stands elsewhere than in a snapshot.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Now">What the group has committed there now; null where it has not.</param>
/// <param name="Then">The same in the snapshot.</param>
public readonly record struct OffsetDifference(PartitionId Partition, long? Now, long? Then);
