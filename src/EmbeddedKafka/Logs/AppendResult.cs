using KafkaBackup.Shared.Kafka.Wire;

namespace KafkaBackup.EmbeddedKafka.Logs;

/// <summary>What became of a producer's batch.</summary>
/// <param name="Error">Why it was refused.</param>
/// <param name="Message">The same as a sentence.</param>
/// <param name="BaseOffset">Where it went.</param>
/// <param name="LogAppendTime">The broker's time, where the topic says so; else -1.</param>
internal readonly record struct AppendResult(KafkaError Error, string? Message, long BaseOffset = -1, long LogAppendTime = -1)
{
    /// <summary>The batch was refused.</summary>
    public static AppendResult Refused(KafkaError error, string message) => new(error, message);
}
