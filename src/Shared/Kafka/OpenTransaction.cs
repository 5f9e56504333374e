namespace KafkaBackup.Shared.Kafka;

/// <summary>The oldest open transaction of a partition: readers of committed records get nothing from its first record on.</summary>
/// <param name="Offset">The offset of its first record: the partition's last stable offset.</param>
/// <param name="OffsetsHeldBack">How many offsets lie between there and the high watermark, those of other producers included.</param>
/// <param name="Since">The timestamp of its first record; null when that could not be read.</param>
public sealed record OpenTransaction(long Offset, long OffsetsHeldBack, DateTimeOffset? Since);
