namespace KafkaBackup.Kafka.Client;

/// <summary>The broker that looks after a group.</summary>
/// <param name="Address">Where it listens; null when that is not known.</param>
/// <param name="Fault">Why it is not; null when it is.</param>
internal readonly record struct GroupCoordinator(BrokerAddress? Address, GroupFault? Fault);
