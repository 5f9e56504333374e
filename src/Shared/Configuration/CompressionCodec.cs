namespace KafkaBackup.Shared.Configuration;

/// <summary>How a segment's body is compressed. The value is the codec byte of the KBAK header.</summary>
public enum CompressionCodec : byte
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>Zstandard, one or more concatenated frames.</summary>
    Zstd = 1,

    /// <summary>One LZ4 block, with the length of what is in it (u32) in front.</summary>
    Lz4 = 2,
}
