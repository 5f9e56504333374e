using KafkaBackup.Kafka.Wire.Records;

namespace KafkaBackup.EmbeddedKafka.Logs;

/// <summary>A producer's batch in which nothing was found wrong.</summary>
/// <param name="Header">Its header.</param>
/// <param name="Bytes">The whole batch.</param>
/// <param name="MaxTimestamp">The greatest timestamp of its records, whatever the header says.</param>
internal readonly record struct CheckedBatch(RecordBatchHeader Header, ReadOnlyMemory<byte> Bytes, long MaxTimestamp);
