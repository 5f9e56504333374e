namespace KafkaBackup.Coordinator.Restore;

/// <summary>What a restore is doing. The state table is at <see cref="RestoreRunState"/>.</summary>
internal enum RestorePhase
{
    /// <summary>Reading what the backup holds, and asking the target.</summary>
    Planning,

    /// <summary>Making topics, one after the other.</summary>
    Making,

    /// <summary>Partitions are restored.</summary>
    Restoring,

    /// <summary>Asking the target what it holds.</summary>
    Counting,

    /// <summary>Comparing what the target holds with the backup, record by record.</summary>
    Comparing,

    /// <summary>Setting the offsets of consumer groups.</summary>
    SettingGroups,

    /// <summary>Giving topics back what is held of them to no purpose any more.</summary>
    Releasing,

    /// <summary>Over.</summary>
    Ended,
}
