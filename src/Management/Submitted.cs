namespace KafkaBackup.Management;

/// <summary>A backup is declared.</summary>
/// <param name="BackupId">The backup.</param>
/// <param name="Run">The run that is wanted now; null when none is yet.</param>
/// <param name="Notes">What the operator should know, such as variables that this node does not have.</param>
public sealed record Submitted(string BackupId, string? Run, IReadOnlyList<string> Notes);
