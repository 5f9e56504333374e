namespace KafkaBackup.Shared.Ledger.Repair;

/// <summary>A segment that ledger or manifest names and that the store no longer has.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="Range">The offsets that it answered for.</param>
public sealed record LostSegment(string Key, PartitionId Partition, OffsetRange Range);
