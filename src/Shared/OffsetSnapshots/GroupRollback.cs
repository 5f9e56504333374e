namespace KafkaBackup.Shared.OffsetSnapshots;

/// <summary>What came of setting a group back.</summary>
/// <param name="Group">Where it stood before.</param>
/// <param name="Problem">Why it is not set, in a sentence; null when it stands where the snapshot has it.</param>
/// <param name="WasStopped">Whether it was given up because the user ended the program; it may be set or not then.</param>
/// <param name="WithoutMetadata">The partitions that stand where the snapshot has them without the metadata that belongs there, as it is longer than the brokers take; null: none.</param>
public sealed record GroupRollback(GroupComparison Group, string? Problem, bool WasStopped = false, IReadOnlyList<PartitionId>? WithoutMetadata = null);
