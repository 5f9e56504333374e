namespace KafkaBackup.Shared;

/// <summary>Gives the actors of a node what they need to work on a backup: configuration and secrets never travel in messages.</summary>
public interface IBackupEnvironments
{
    /// <summary>The environment of a backup.</summary>
    /// <exception cref="BackupException">This node was not configured for it.</exception>
    BackupEnvironment For(BackupId backup);
}
