namespace KafkaBackup.Shared.Kafka;

/// <summary>What was set for topics themselves at the source, as far as the source tells.</summary>
/// <param name="ByTopic">The settings by topic, then by name. Topics that do not exist, or of which the source does not tell, are left out.</param>
/// <param name="Problem">Of which topics it does not tell, and why, in a sentence; null when it tells of all.</param>
public sealed record TopicConfigurations(IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> ByTopic, string? Problem);
