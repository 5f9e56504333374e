using KafkaBackup.Shared;

namespace KafkaBackup.Management;

/// <summary>What was asked about does not exist.</summary>
/// <param name="message">What, and how to find out what does.</param>
public sealed class NotThereException(string message) : BackupException(FailureKind.Configuration, message);
