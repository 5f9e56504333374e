namespace KafkaBackup.Shared.Kafka;

/// <summary>What codecs of batches are called, in configurations and in the settings of topics.</summary>
public static class RecordCodecNames
{
    /// <summary>The codec of a name; null when it is none, as <c>producer</c>, by which a topic keeps batches as they come.</summary>
    public static RecordCodec? OfName(string? name) => name switch
    {
        "none" or "uncompressed" => RecordCodec.None, // A topic has the second word for it.
        "gzip" => RecordCodec.Gzip,
        "snappy" => RecordCodec.Snappy,
        "lz4" => RecordCodec.Lz4,
        "zstd" => RecordCodec.Zstd,
        _ => null,
    };
}
