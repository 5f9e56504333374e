namespace KafkaBackup.EmbeddedKafka.Logs;

/// <summary>A record's offset and timestamp.</summary>
internal readonly record struct TimedOffset(long Offset, long Timestamp);
