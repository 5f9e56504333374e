using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Shared;

/// <summary>Gives the actors of a node what they need to work on a backup: secrets never travel in messages.</summary>
public interface IBackupEnvironments
{
    /// <summary>The environment of a run that this node is prepared for.</summary>
    /// <exception cref="BackupException">It is not.</exception>
    BackupEnvironment For(BackupId backup, RunId run);

    /// <summary>Gets ready for a run; the same run again changes nothing. It opens no connection.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="run">The run.</param>
    /// <param name="definition">The configuration as its user wrote it, variables unresolved; null where this node was started with it.</param>
    /// <returns>Why this node cannot serve the backup; null when it can.</returns>
    Fault? Prepare(BackupId backup, RunId run, string? definition);
}
