namespace KafkaBackup.Shared.Protocol;

/// <summary>A message for the actors of one backup, by which sharding and the manifest singleton route it.</summary>
public interface IBackupMessage : IWireMessage
{
    /// <summary>The backup.</summary>
    BackupId Backup { get; }

    /// <summary>How many shards on from the backup's own its coordinator is, as nodes refused the run. Default: 0.</summary>
    int Placement => 0;
}
