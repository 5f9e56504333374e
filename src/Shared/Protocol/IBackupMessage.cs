namespace KafkaBackup.Shared.Protocol;

/// <summary>A message for the actors of one backup, by which sharding and the manifest singleton route it.</summary>
public interface IBackupMessage : IWireMessage
{
    /// <summary>The backup.</summary>
    BackupId Backup { get; }
}
