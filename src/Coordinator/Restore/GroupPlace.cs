using KafkaBackup.Shared;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>What a consumer group shall read next in one partition.</summary>
/// <param name="Target">The partition at the target.</param>
/// <param name="SourceOffset">Where it stood at the source.</param>
/// <param name="Offset">The offset at the target that is the same place.</param>
/// <param name="Metadata">What belongs beside it; null: nothing.</param>
public readonly record struct GroupPlace(PartitionId Target, long SourceOffset, long Offset, string? Metadata = null);
