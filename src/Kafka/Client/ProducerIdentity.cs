namespace KafkaBackup.Kafka.Client;

/// <summary>What brokers know an idempotent producer by.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Epoch">Its epoch.</param>
internal sealed record ProducerIdentity(long Id, short Epoch);
