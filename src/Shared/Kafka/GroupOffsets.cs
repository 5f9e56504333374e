namespace KafkaBackup.Shared.Kafka;

/// <summary>What a consumer group has committed, or why that could not be read.</summary>
/// <param name="Group">The group's id.</param>
/// <param name="Offsets">Its committed offsets; empty when it has none, or they could not be read.</param>
/// <param name="Problem">Why they could not be read and what to do about it, without a full stop; null when they were.</param>
public sealed record GroupOffsets(string Group, IReadOnlyDictionary<PartitionId, CommittedOffset> Offsets, string? Problem);
