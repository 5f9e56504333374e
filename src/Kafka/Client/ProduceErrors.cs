using KafkaBackup.Kafka.Wire;

namespace KafkaBackup.Kafka.Client;

/// <summary>What a broker's verdict on a batch means for it.</summary>
internal static class ProduceErrors
{
    /// <summary>The batch is refused for a record in it, which can be found by dividing it.</summary>
    public static bool IsOfARecord(KafkaError error) => error is KafkaError.MessageTooLarge or KafkaError.RecordListTooLarge or KafkaError.InvalidTimestamp or KafkaError.InvalidRecord;

    /// <summary>The same batch will be refused again.</summary>
    public static bool IsFinal(KafkaError error) => IsOfARecord(error) || error is KafkaError.TopicAuthorizationFailed or KafkaError.ClusterAuthorizationFailed or KafkaError.InvalidTopic
        or KafkaError.InvalidRequiredAcks or KafkaError.UnsupportedForMessageFormat or KafkaError.UnsupportedCompressionType or KafkaError.PolicyViolation;

    /// <summary>The broker knows the producer otherwise than it knows itself, as when it has forgotten it or lost what it wrote.</summary>
    public static bool IsOfTheProducer(KafkaError error) => error is KafkaError.OutOfOrderSequenceNumber or KafkaError.DuplicateSequenceNumber or KafkaError.UnknownProducerId
        or KafkaError.InvalidProducerEpoch or KafkaError.InvalidProducerIdMapping or KafkaError.ProducerFenced;

    /// <summary>A verdict in words, without a full stop.</summary>
    /// <param name="error">The verdict.</param>
    /// <param name="message">What the broker says of it.</param>
    public static string Text(KafkaError error, string? message) => error switch
    {
        KafkaError.NotEnoughReplicas or KafkaError.NotEnoughReplicasAfterAppend => "too few replicas are in sync (min.insync.replicas): start the brokers that hold them",
        KafkaError.RequestTimedOut => "its replicas did not acknowledge in time (restore.produce_timeout_ms)",
        KafkaError.TopicAuthorizationFailed => "the user may not write to the topic: give it Write",
        KafkaError.ClusterAuthorizationFailed => "the user may not write as an idempotent producer: give it Write on the topic, or IdempotentWrite on the cluster",
        KafkaError.KafkaStorageError => "its leader cannot write to its disk",
        _ => message is { Length: > 0 } ? $"{message.TrimEnd('.')} ({error})" : $"the broker answers {error}",
    };
}
