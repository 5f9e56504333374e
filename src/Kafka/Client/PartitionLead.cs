namespace KafkaBackup.Kafka.Client;

/// <summary>Who leads a partition.</summary>
/// <param name="Node">The broker's id.</param>
/// <param name="Epoch">Since which change of leaders; -1 where brokers are too old to tell.</param>
/// <param name="TopicId">The topic's id; empty where brokers are too old to tell.</param>
/// <param name="Generation">Of which look at its topic this is: of a later one more.</param>
internal sealed record PartitionLead(int Node, int Epoch, Guid TopicId, int Generation);
