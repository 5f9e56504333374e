using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Client;

/// <summary>Brokers answer, and know of nobody who leads a partition.</summary>
internal sealed class NoLeaderException : BackupException
{
    /// <summary>Makes the failure.</summary>
    /// <param name="why">Why nobody does.</param>
    /// <param name="isTopicThere">Whether they know the topic.</param>
    public NoLeaderException(string why, bool isTopicThere)
        : base(FailureKind.Source, why) => (IsRetryable, IsTopicThere) = (true, isTopicThere);

    /// <summary>Whether brokers know the topic.</summary>
    public bool IsTopicThere { get; }
}
