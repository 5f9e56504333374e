namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>How the records of a batch are compressed. The value is that of bits 0 to 2 of its attributes.</summary>
public enum BatchCodec
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>A gzip stream.</summary>
    Gzip = 1,

    /// <summary>Snappy: blocks in the framing of Java's library, or a single bare block as librdkafka writes it.</summary>
    Snappy = 2,

    /// <summary>An LZ4 frame.</summary>
    Lz4 = 3,

    /// <summary>Zstandard, one or more frames.</summary>
    Zstd = 4,
}
