namespace KafkaBackup.Shared.Configuration;

/// <summary>One configuration file of <c>mode: restore</c>, read and checked: OSO's YAML with OSO's names and defaults.</summary>
public sealed record RestoreConfiguration
{
    /// <summary><c>backup_id</c>: what is restored.</summary>
    public required BackupId BackupId { get; init; }

    /// <summary><c>target</c>: the cluster that is restored into. Its <c>topics</c> choose topics of the backup, by their names at the source.</summary>
    public required KafkaSection Target { get; init; }

    /// <summary><c>storage</c>: where the backup lives.</summary>
    public required StorageSection Storage { get; init; }

    /// <summary><c>restore</c>: what of it, and how.</summary>
    public required RestoreSection Restore { get; init; }
}
