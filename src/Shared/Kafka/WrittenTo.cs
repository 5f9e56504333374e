namespace KafkaBackup.Shared.Kafka;

/// <summary>How far a partition is written: all before is acknowledged.</summary>
/// <param name="Offset">The offset in the partition that the next record will have.</param>
/// <param name="SourceOffset">Where the last record was at the source.</param>
public readonly record struct WrittenTo(long Offset, long SourceOffset);
