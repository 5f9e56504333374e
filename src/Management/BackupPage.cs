namespace KafkaBackup.Management;

/// <summary>Some of the declared backups, in order of their ids.</summary>
/// <param name="Backups">Without definitions, and with no runs but the last.</param>
/// <param name="HasMore">Whether to ask again, with <c>after</c> the last id.</param>
public sealed record BackupPage(IReadOnlyList<BackupDetails> Backups, bool HasMore);
