namespace KafkaBackup.EmbeddedKafka.Requests;

/// <summary>A request that has no answer but the end of the connection.</summary>
internal sealed class ConnectionRefusedException(string message) : Exception(message);
