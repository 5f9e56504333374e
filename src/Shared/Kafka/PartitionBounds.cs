namespace KafkaBackup.Shared.Kafka;

/// <summary>Where a partition's log starts and ends.</summary>
/// <param name="LogStartOffset">The first offset that the log may hold.</param>
/// <param name="HighWatermark">The first offset that consumers cannot see yet; for <see cref="LogEnd.LastStableOffset"/> those that wait for transactions.</param>
public readonly record struct PartitionBounds(long LogStartOffset, long HighWatermark)
{
    /// <summary>Why they could not be read: no leader, or no right. The numbers mean nothing then. Null when they were.</summary>
    public BackupException? Problem { get; init; }
}
