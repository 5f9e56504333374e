using KafkaBackup.Kafka.Wire;

namespace KafkaBackup.EmbeddedKafka.Logs;

/// <summary>What became of a producer's batch.</summary>
/// <param name="Error">Why it was refused.</param>
/// <param name="Message">The same as a sentence.</param>
/// <param name="BaseOffset">Where it went.</param>
/// <param name="LogAppendTime">The broker's time, where the topic says so; else -1.</param>
internal readonly record struct AppendResult(KafkaError Error, string? Message, long BaseOffset = -1, long LogAppendTime = -1)
{
    /// <summary>Whether the batch came as far as its log, so that the answer tells where that begins.</summary>
    public bool ReachedLog { get; private init; }

    /// <summary>The records that it was refused for, by their place in the batch, each with what is wrong.</summary>
    public IReadOnlyList<(int Index, string Problem)> Records { get; private init; } = [];

    /// <summary>The batch was appended, now or when it came before.</summary>
    public static AppendResult Appended(long baseOffset, long logAppendTime) =>
        new(KafkaError.None, null, baseOffset, logAppendTime) { ReachedLog = true };

    /// <summary>The batch was refused before it was looked at as part of its partition.</summary>
    public static AppendResult Refused(KafkaError error, string message) => new(error, message);

    /// <summary>The batch does not fit its partition.</summary>
    public static AppendResult RefusedByLog(KafkaError error, string message) => new(error, message) { ReachedLog = true };

    /// <summary>Some records do not fit their partition.</summary>
    public static AppendResult RefusedByLog(KafkaError error, IReadOnlyList<(int Index, string Problem)> records) =>
        new(error, $"{records.Count} records were refused; the first: {records[0].Problem}") { ReachedLog = true, Records = records };
}
