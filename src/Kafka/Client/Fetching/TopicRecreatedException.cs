using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Client.Fetching;

/// <summary>A topic was deleted and made anew while it was read.</summary>
internal sealed class TopicRecreatedException(PartitionId partition) : BackupException(
    FailureKind.Source, $"Topic '{partition.Topic}' was deleted and made anew while {partition} was read. Run again: the next run compares it with the one that was backed up.");
