namespace KafkaBackup.Shared.Kafka;

/// <summary>The source's log ends before the range that was to be read, though it once reached to its end.</summary>
public sealed class LogTooShortException : BackupException
{
    /// <summary>Makes the failure.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="end">Where the log ends now, exclusive.</param>
    /// <param name="wanted">The end of the range, exclusive.</param>
    public LogTooShortException(PartitionId partition, long end, long wanted)
        : base(FailureKind.Source,
            $"The log of {partition} ends at offset {end} now, and reached to {wanted} when it was planned to be read: "
            + "its topic was deleted and made anew, or an election lost its last records. Nothing is recorded as read from there on. "
            + "Run again: the next run compares the topic with the one that was backed up.")
    {
        Partition = partition;
        End = end;
    }

    /// <summary>The partition.</summary>
    public PartitionId Partition { get; }

    /// <summary>Where the log ends now, exclusive.</summary>
    public long End { get; }
}
