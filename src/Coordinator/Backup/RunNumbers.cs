namespace KafkaBackup.Coordinator.Backup;

/// <summary>How a run stands. Immutable, as another thread reads it.</summary>
internal sealed record RunNumbers
{
    /// <summary>When the source was looked at last, in seconds since 1970; null when it was not yet.</summary>
    public double? SourceReadAt { get; init; }

    /// <summary>How many partitions there are; null when that is not known yet.</summary>
    public int? Partitions { get; init; }

    /// <summary>How many are with workers.</summary>
    public int InWork { get; init; }

    /// <summary>How many are not backed up as they should be.</summary>
    public int Failed { get; init; }

    /// <summary>How many are held back by an open transaction, as it was seen last.</summary>
    public int HeldBack { get; init; }

    /// <summary>How many offsets these transactions hold back.</summary>
    public long HeldBackOffsets { get; init; }
}
