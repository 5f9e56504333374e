namespace KafkaBackup.EmbeddedKafka.Logs;

/// <summary>How far a partition goes.</summary>
/// <param name="LogStart">The first offset that is kept.</param>
/// <param name="LastStable">The first offset of the earliest open transaction; the high watermark if none is open.</param>
/// <param name="HighWatermark">The offset that the next record gets.</param>
internal readonly record struct LogBounds(long LogStart, long LastStable, long HighWatermark);
