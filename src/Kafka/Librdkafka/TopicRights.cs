using Confluent.Kafka;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Says which right a user lacks.</summary>
internal static class TopicRights
{
    /// <summary>The failure of a topic that the user may not read; null when the error is another.</summary>
    public static BackupException? Failure(string topic, Error error, Exception? cause = null) => error.Code == ErrorCode.TopicAuthorizationFailed
        ? new BackupException(FailureKind.Source,
            $"the user has no right to read it. Give the user the rights Describe and Read on topic '{topic}'. The broker says: {error.Reason.TrimEnd('.')}.", cause)
        : null;
}
