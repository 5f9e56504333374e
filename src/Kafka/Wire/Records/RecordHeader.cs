namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>A header of a record to be written. Names may repeat and may be empty.</summary>
/// <param name="Name">The name in UTF-8.</param>
/// <param name="Value">The value; null is not the same as empty.</param>
public readonly record struct RecordHeader(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte>? Value);
