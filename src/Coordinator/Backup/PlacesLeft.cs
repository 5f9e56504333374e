namespace KafkaBackup.Coordinator.Backup;

/// <summary>Whether a node may be found for a partition that others have refused.</summary>
internal enum PlacesLeft
{
    /// <summary>All have refused, or none that has not was met for long.</summary>
    None,

    /// <summary>One that was not asked may have the next shard.</summary>
    Now,

    /// <summary>One that was not asked may get shards in a while.</summary>
    Later,
}
