namespace KafkaBackup.Shared.Kafka;

/// <summary>A topic to be made.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">How many partitions; at least 1.</param>
/// <param name="ReplicationFactor">How many replicas of each; null: what the cluster gives by default.</param>
/// <param name="Configurations">What is set for the topic itself, by name.</param>
public sealed record NewTopic(string Name, int Partitions, int? ReplicationFactor, IReadOnlyDictionary<string, string> Configurations);
