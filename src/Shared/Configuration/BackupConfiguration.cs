namespace KafkaBackup.Shared.Configuration;

/// <summary>One configuration file, read and checked: OSO's YAML with OSO's names and defaults.</summary>
public sealed record BackupConfiguration
{
    /// <summary><c>mode</c>: what the file is for. <c>backup</c> is the only mode so far.</summary>
    public required string Mode { get; init; }

    /// <summary><c>backup_id</c>.</summary>
    public required BackupId BackupId { get; init; }

    /// <summary><c>source</c>: the cluster to read from.</summary>
    public required KafkaSection Source { get; init; }

    /// <summary><c>storage</c>: where the backup lives.</summary>
    public required StorageSection Storage { get; init; }

    /// <summary><c>backup</c>: how to read, cut and compress.</summary>
    public BackupSection Backup { get; init; } = new();

    /// <summary><c>offset_storage</c>: present when runs are incremental, null otherwise.</summary>
    public OffsetStorageSection? OffsetStorage { get; init; }

    /// <summary><c>metrics</c>: where a run on this machine serves numbers about itself; null where it serves none.</summary>
    public MetricsSection? Metrics { get; init; }

    /// <summary>Whether the run is to delete what nothing names, whatever it holds. An order for one run, by <c>--sweep-orphans</c>: no file
    /// says so.</summary>
    public bool SweepsOrphans { get; init; }

    /// <summary>Whether a run starts from the saved positions.</summary>
    public bool IsIncremental => OffsetStorage is not null || Backup.IsContinuous;

    /// <summary>How often manifest and remote <c>offsets.db</c> are looked at during a run. Default: 30 s.</summary>
    public TimeSpan SyncInterval => Backup.SyncInterval ?? OffsetStorage?.SyncInterval ?? TimeSpan.FromSeconds(30);
}
