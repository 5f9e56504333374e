using Confluent.Kafka;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Client;

/// <summary>Why a coordinator has not done for a group what was asked of it.</summary>
/// <param name="Code">What it answered; <see cref="KafkaError.None"/>: no answer came.</param>
/// <param name="Reason">The same in words, without a full stop.</param>
/// <param name="IsPassing">Whether it may be another answer in a moment: coordinators move, and load what they have moved to them.</param>
internal sealed record GroupFault(KafkaError Code, string Reason, bool IsPassing)
{
    /// <summary>What an answer says.</summary>
    public static GroupFault Of(KafkaError code) => new(
        code,
        new Error((ErrorCode)code).Reason.TrimEnd('.'), // A broker's codes are librdkafka's, too, which has words for them.
        code is KafkaError.CoordinatorNotAvailable or KafkaError.CoordinatorLoadInProgress or KafkaError.NotCoordinator || SourceFailures.IsPassing((ErrorCode)code));

    /// <summary>No answer came.</summary>
    public static GroupFault Of(BackupException failure) => new(KafkaError.None, failure.Message.TrimEnd('.'), failure.IsRetryable);
}
