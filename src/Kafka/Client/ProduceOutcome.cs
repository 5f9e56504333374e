using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;

namespace KafkaBackup.Kafka.Client;

/// <summary>How an attempt to send a batch ended.</summary>
/// <param name="Fate">What is known of the batch.</param>
/// <param name="Answer">What the broker answered, if it did.</param>
/// <param name="Reason">Why there is no answer.</param>
internal sealed record ProduceOutcome(ProduceFate Fate, ProduceResponse.Partition? Answer, string? Reason)
{
    /// <summary>Whether it stays so as long as nobody changes anything.</summary>
    public bool IsHopeless { get; init; }

    /// <summary>The broker's verdict; none without an answer.</summary>
    public KafkaError Error => Answer?.ErrorCode ?? KafkaError.None;
}
