namespace KafkaBackup.Shared.Kafka;

/// <summary>The source answered OFFSET_OUT_OF_RANGE: the wanted offset is no longer, or not yet, in the log.</summary>
public sealed class OffsetsGoneException : BackupException
{
    /// <summary>Makes the failure.</summary>
    public OffsetsGoneException(PartitionId partition, long offset)
        : base(FailureKind.Source, $"{partition} has no offset {offset}: it is outside of what the source's log holds.")
    {
        Partition = partition;
        Offset = offset;
        IsRetryable = true;
    }

    /// <summary>The partition.</summary>
    public PartitionId Partition { get; }

    /// <summary>The offset that was asked for.</summary>
    public long Offset { get; }
}
