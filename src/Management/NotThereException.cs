using KafkaBackup.Shared;

namespace KafkaBackup.Management;

/// <summary>What was asked about does not exist.</summary>
internal sealed class NotThereException(string message) : BackupException(FailureKind.Configuration, message);
