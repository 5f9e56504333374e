namespace KafkaBackup.Kafka.Client;

/// <summary>What is remembered of a record while it is on its way.</summary>
/// <param name="SourceOffset">Where it was at the source.</param>
/// <param name="Timestamp">Its time, ms since 1970.</param>
/// <param name="Size">About how many bytes it has.</param>
internal readonly record struct SentRecord(long SourceOffset, long Timestamp, long Size);
