using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Client;

/// <summary>A partition is not as this restore left it: nothing may be sent to it any more.</summary>
/// <param name="message">The sentence that the operator reads.</param>
internal sealed class UnexpectedLogException(string message) : BackupException(FailureKind.Source, message);
