using KafkaBackup.EmbeddedKafka.Logs;

namespace KafkaBackup.EmbeddedKafka.Topics;

/// <summary>A topic with its partitions.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Id">Its id, which a later topic of the same name does not share.</param>
/// <param name="Settings">Its settings.</param>
/// <param name="Partitions">Its partitions, in order.</param>
internal sealed record Topic(string Name, Guid Id, TopicSettings Settings, IReadOnlyList<PartitionLog> Partitions)
{
    /// <summary>A partition, if the topic has one of that number.</summary>
    public PartitionLog? Partition(int index) => index >= 0 && index < Partitions.Count ? Partitions[index] : null;
}
