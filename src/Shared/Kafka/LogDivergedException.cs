namespace KafkaBackup.Shared.Kafka;

/// <summary>The source's log was cut and went on with other records: the last record before the wanted range is not the one that was read
/// there.</summary>
/// <remarks>An election of a replica that was behind does that. Offsets alone do not show it, leader epochs do.</remarks>
public sealed class LogDivergedException : BackupException
{
    /// <summary>Makes the failure.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="offset">The first offset at which the source has, or would have, another record than was read.</param>
    /// <param name="next">The end of what was read: the range's base.</param>
    public LogDivergedException(PartitionId partition, long offset, long next)
        : base(FailureKind.Source,
            $"The log of {partition} was cut at the source and went on with other records: "
            + $"those from {offset} to {next - 1} of the backup are no longer in the source, others have their offsets. Nothing more of it is backed up, as the new records would follow on ones that no longer exist. "
            + "Use another backup_id for the partition's log as it is now; what this backup holds stays readable.")
    {
        Partition = partition;
        Offset = offset;
    }

    /// <summary>The partition.</summary>
    public PartitionId Partition { get; }

    /// <summary>The offset from which the logs differ.</summary>
    public long Offset { get; }
}
