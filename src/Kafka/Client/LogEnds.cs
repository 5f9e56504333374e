namespace KafkaBackup.Kafka.Client;

/// <summary>Where a partition ends at its leader.</summary>
/// <param name="Appended">The offset behind the last record that the leader has.</param>
/// <param name="Replicated">The offset behind the last record that all in-sync replicas have, which consumers see.</param>
internal readonly record struct LogEnds(long Appended, long Replicated);
