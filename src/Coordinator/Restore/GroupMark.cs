using KafkaBackup.Shared;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>What a consumer group would have read next in one partition.</summary>
/// <param name="Target">The partition at the target.</param>
/// <param name="SourceOffset">The offset at the source.</param>
/// <param name="Metadata">What the group had committed beside it; null: nothing, or nothing is known of it.</param>
public readonly record struct GroupMark(PartitionId Target, long SourceOffset, string? Metadata = null);
