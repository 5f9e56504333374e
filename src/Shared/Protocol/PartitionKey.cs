namespace KafkaBackup.Shared.Protocol;

/// <summary>One partition of one backup: the identity of a partition worker.</summary>
/// <param name="Backup">The backup.</param>
/// <param name="Partition">The partition of its source.</param>
public readonly record struct PartitionKey(BackupId Backup, PartitionId Partition)
{
    /// <inheritdoc />
    public override string ToString() => $"{Backup}/{Partition}";
}
