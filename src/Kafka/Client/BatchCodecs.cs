using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Client;

/// <summary>The codecs of restores in the words of the protocol.</summary>
internal static class BatchCodecs
{
    /// <summary>The same codec.</summary>
    public static BatchCodec ToBatchCodec(this RecordCodec codec) => codec switch
    {
        RecordCodec.Gzip => BatchCodec.Gzip,
        RecordCodec.Snappy => BatchCodec.Snappy,
        RecordCodec.Lz4 => BatchCodec.Lz4,
        RecordCodec.Zstd => BatchCodec.Zstd,
        _ => BatchCodec.None,
    };
}
