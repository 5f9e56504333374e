using KafkaBackup.Shared;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>What a consumer group shall read next in one partition.</summary>
/// <param name="Target">The partition at the target.</param>
/// <param name="SourceOffset">Where it stood at the source.</param>
/// <param name="Offset">The offset at the target that is the same place.</param>
public readonly record struct GroupPlace(PartitionId Target, long SourceOffset, long Offset);
