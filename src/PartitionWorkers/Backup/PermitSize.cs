namespace KafkaBackup.PartitionWorkers.Backup;

/// <summary>What a permit is good for.</summary>
internal enum PermitSize
{
    /// <summary>Any number of segments.</summary>
    Full,

    /// <summary>Few records. Whoever meets more than is in it goes back and asks for a full one.</summary>
    Small,
}
