using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Shared.Operations;

/// <summary>A definition of something that is done once, on consumer groups or on what is stored, read and checked. Its <c>mode</c> says what.</summary>
public abstract record OperationConfiguration
{
    /// <summary><c>target</c>: the Kafka cluster; null where none is needed.</summary>
    public KafkaSection? Target { get; init; }

    /// <summary><c>storage</c>: where the backup, or the snapshot, lies; null where none is needed.</summary>
    public StorageSection? Storage { get; init; }

    /// <summary><c>backup_id</c>; null where none is needed.</summary>
    public BackupId? BackupId { get; init; }
}
