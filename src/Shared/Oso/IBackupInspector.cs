using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Shared.Oso;

/// <summary>Looks into a backup's store and its source by the backup's definition, without a part in its runs.</summary>
public interface IBackupInspector
{
    /// <summary>How far a backup is.</summary>
    /// <param name="definition">Its configuration as its user wrote it. Variables and files are those of this node.</param>
    /// <param name="asksSource">Whether to look at the source as well.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="ConfigurationException">The definition cannot be served here.</exception>
    /// <exception cref="BackupException">Store or source cannot be read, or nothing has been written yet.</exception>
    Task<StatusReport> ReadAsync(string definition, bool asksSource, CancellationToken cancellation);
}
