using System.Globalization;

namespace KafkaBackup.Shared.Kafka;

/// <summary>What a topic may refuse of a record, and how it wants them. A record that it may refuse is sent alone: what was sent behind one that is refused would take its place.</summary>
/// <param name="MessageBytes"><c>max.message.bytes</c>: how large a batch may be, compressed.</param>
/// <param name="Before"><c>message.timestamp.before.max.ms</c>: how old a record may be, in ms; null: as old as it is.</param>
/// <param name="After"><c>message.timestamp.after.max.ms</c>: how far ahead it may be, in ms; null: as far as it is.</param>
/// <param name="NeedsKeys">Whether records without a key are refused, as by a topic that is compacted.</param>
public sealed record TargetLimits(int MessageBytes, long? Before, long? After, bool NeedsKeys)
{
    /// <summary>The topic's own codec, by which its brokers compress what comes otherwise; null: it keeps batches as they come, or has none that is known.</summary>
    public RecordCodec? Codec { get; init; }

    /// <summary>Kafka's <c>message.max.bytes</c> where nothing else is set.</summary>
    public const int KafkaMessageBytes = 1_048_588;

    /// <summary>What the frame of a batch takes beside its one record, and a header beside its name and value, at most.</summary>
    private const int BatchFrame = 128, HeaderFrame = 10;

    /// <summary>What a topic without settings of its own may refuse, of a broker without any.</summary>
    public static TargetLimits Default { get; } = Of(new Dictionary<string, string>());

    /// <summary>What a topic with these settings may refuse.</summary>
    public static TargetLimits Of(IReadOnlyDictionary<string, string> settings)
    {
        return new TargetLimits(
            (int)Math.Clamp(Number("max.message.bytes") ?? KafkaMessageBytes, 1, int.MaxValue), Number("message.timestamp.before.max.ms"), Number("message.timestamp.after.max.ms"),
            settings.GetValueOrDefault("cleanup.policy")?.Contains("compact", StringComparison.Ordinal) == true)
        {
            Codec = RecordCodecNames.OfName(settings.GetValueOrDefault("compression.type")),
        };

        long? Number(string setting) => long.TryParse(settings.GetValueOrDefault(setting), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>Whether the topic may refuse <paramref name="record"/>. It may take it all the same, as a large one that shrinks.</summary>
    /// <param name="record">The record.</param>
    /// <param name="now">The time, ms since 1970.</param>
    public bool MayRefuse(OutgoingRecord record, long now) =>
        record.Size + BatchFrame + (HeaderFrame * record.Headers.Count) > MessageBytes
        || (NeedsKeys && record.Key is null)
        || (Before is { } before && now - record.Timestamp >= before)
        || (After is { } after && record.Timestamp - now >= after);
}
