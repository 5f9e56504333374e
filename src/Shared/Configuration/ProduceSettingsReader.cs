using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Shared.Configuration;

/// <summary>Reads how a restore sends records.</summary>
internal static class ProduceSettingsReader
{
    /// <summary>Below the first no replica would be in time; the second is what the client can wait for, with some room.</summary>
    private const int ShortestTimeout = 100, LongestTimeout = 240_000;

    /// <summary>The settings, from the section <c>restore</c>.</summary>
    public static ProduceSettings Read(YamlMapReader map)
    {
        var defaults = new ProduceSettings();
        return new ProduceSettings
        {
            Compression = RecordCodecNames.OfName(map.Choice("compression", ["topic", "zstd", "lz4", "snappy", "gzip", "none"])) ?? defaults.Compression,
            Acks = map.Value("produce_acks")?.Choice(["all", "1", "0"], older: ["-1"]) switch
            {
                "1" => ProduceAcks.Leader,
                "0" => ProduceAcks.None,
                _ => defaults.Acks,
            },
            Timeout = map.Int32("produce_timeout_ms", ShortestTimeout, LongestTimeout) is { } timeout ? TimeSpan.FromMilliseconds(timeout) : defaults.Timeout,
        };
    }
}
