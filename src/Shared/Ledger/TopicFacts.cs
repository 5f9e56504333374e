namespace KafkaBackup.Shared.Ledger;

/// <summary>What a backup remembers of a topic, to recognize it and to make it anew.</summary>
/// <param name="Name">The topic's name.</param>
/// <param name="Partitions">Number of partitions when last seen.</param>
/// <param name="TopicId">Kafka's topic id; another id under the same name is another topic. Null when unknown.</param>
public sealed record TopicFacts(string Name, int Partitions, string? TopicId = null);
