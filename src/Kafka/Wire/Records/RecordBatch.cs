namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>A batch among others: its header and its bytes, header included.</summary>
/// <param name="Header">The header, checked.</param>
/// <param name="Bytes">The whole batch; the checksum has not been looked at.</param>
public readonly record struct RecordBatch(RecordBatchHeader Header, ReadOnlyMemory<byte> Bytes);
