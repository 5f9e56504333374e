using System.Globalization;

namespace KafkaBackup.Shared.Kafka;

/// <summary>How a topic wants records to come.</summary>
/// <param name="MessageBytes"><c>max.message.bytes</c>: how large a batch may be, compressed.</param>
public sealed record TargetLimits(int MessageBytes)
{
    /// <summary>Kafka's <c>message.max.bytes</c> where nothing else is set.</summary>
    public const int KafkaMessageBytes = 1_048_588;

    /// <summary>The topic's own codec, by which its brokers compress what comes otherwise; null: it keeps batches as they come, or has none that is known.</summary>
    public RecordCodec? Codec { get; init; }

    /// <summary>What a topic without settings of its own wants, of a broker without any.</summary>
    public static TargetLimits Default { get; } = new(KafkaMessageBytes);

    /// <summary>What a topic with these settings wants.</summary>
    public static TargetLimits Of(IReadOnlyDictionary<string, string> settings) => new(
        long.TryParse(settings.GetValueOrDefault("max.message.bytes"), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? (int)Math.Clamp(bytes, 1, int.MaxValue) : KafkaMessageBytes)
    {
        Codec = RecordCodecNames.OfName(settings.GetValueOrDefault("compression.type")),
    };
}
