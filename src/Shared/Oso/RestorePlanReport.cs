namespace KafkaBackup.Shared.Oso;

/// <summary>What a restore would do: OSO's <c>DryRunReport</c> with its names, and more. Counted exactly, by reading all that would be restored.</summary>
public sealed record RestorePlanReport
{
    /// <summary>The backup.</summary>
    public required string BackupId { get; init; }

    /// <summary>Whether it would go through.</summary>
    public required bool Valid { get; init; }

    /// <summary>What would stand in its way.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    /// <summary>What the operator should know.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>How many segments would be read.</summary>
    public required long SegmentsToProcess { get; init; }

    /// <summary>How many records would be restored.</summary>
    public required long RecordsToRestore { get; init; }

    /// <summary>Bytes of their keys, values and headers.</summary>
    public required long BytesToRestore { get; init; }

    /// <summary>The earliest and the latest timestamp among them, ms since 1970; null: there is none.</summary>
    public required IReadOnlyList<long>? TimeRange { get; init; }

    /// <summary>The topics, in order of their names at the target.</summary>
    public required IReadOnlyList<PlannedTopic> TopicsToRestore { get; init; }

    /// <summary>What consumer groups would become.</summary>
    public required IReadOnlyList<PlannedGroup> ConsumerOffsetActions { get; init; }

    /// <summary>The report as JSON.</summary>
    public byte[] ToJson() => RestoreReportJson.Write(this);

    /// <summary>A topic that would be restored into.</summary>
    /// <param name="SourceTopic">Its name in the backup.</param>
    /// <param name="TargetTopic">Its name at the target.</param>
    /// <param name="Partitions">Partitions that would be restored, in order.</param>
    public sealed record PlannedTopic(string SourceTopic, string TargetTopic, IReadOnlyList<PlannedPartition> Partitions)
    {
        /// <summary>How its records are dealt out; null: partitions stay what they are.</summary>
        public PlannedRepartitioning? Repartitioning { get; init; }

        /// <summary>Whether it is there; else it would be made.</summary>
        public bool Exists { get; init; }

        /// <summary>How many partitions it has or would have.</summary>
        public int PartitionCount { get; init; }

        /// <summary>How many replicas it would be made with; null: the target's default, or it is there.</summary>
        public int? ReplicationFactor { get; init; }

        /// <summary>The settings that it would be made with; empty when it is there.</summary>
        public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

        /// <summary>The settings that would be held, with what the topic gets back for each; null: the cluster's own.</summary>
        public IReadOnlyDictionary<string, string?> HeldSettings { get; init; } = new Dictionary<string, string?>();

        /// <summary>What the user may do with it, as Kafka calls it, in order; null when it is not there, or the target does not tell.</summary>
        public IReadOnlyList<string>? Rights { get; init; }

        /// <summary>How many of its records are there, of an earlier attempt: the restore goes on behind them.</summary>
        public long RecordsThere { get; init; }

        /// <summary>How many records that it holds would be deleted before anything is restored into it.</summary>
        public long RecordsToDelete { get; init; }

        /// <summary>What its own settings would do to records, held or not; null: to none.</summary>
        public TargetEffects? TargetEffects { get; init; }
    }

    /// <summary>Another number of partitions.</summary>
    /// <param name="Strategy"><c>murmur2</c> or <c>automatic</c>.</param>
    /// <param name="SourcePartitions">How many it had.</param>
    /// <param name="TargetPartitions">How many it gets.</param>
    public sealed record PlannedRepartitioning(string Strategy, int SourcePartitions, int TargetPartitions);

    /// <summary>A partition that would be restored.</summary>
    /// <param name="SourcePartition">Its number in the backup; -1 when its topic is repartitioned.</param>
    /// <param name="TargetPartition">Its number at the target.</param>
    /// <param name="Segments">How many segments would be read.</param>
    /// <param name="Records">How many records would be restored.</param>
    /// <param name="Bytes">Bytes of their keys, values and headers.</param>
    /// <param name="OffsetRange">The source offsets of the first and the last of them; null: there is none, or several partitions come together.</param>
    /// <param name="TimestampRange">The earliest and the latest timestamp among them; null: there is none.</param>
    /// <param name="Error">Why it cannot be restored whole; null when it can.</param>
    public sealed record PlannedPartition(
        int SourcePartition, int TargetPartition, int Segments, long Records, long Bytes, IReadOnlyList<long>? OffsetRange, IReadOnlyList<long>? TimestampRange, string? Error)
    {
        /// <summary>The offset at the target from which on it is free for them.</summary>
        public long TargetFirstOffset { get; init; }
    }

    /// <summary>What a consumer group would become.</summary>
    /// <param name="GroupId">Its id.</param>
    /// <param name="Offsets">By topic at the target, then by partition.</param>
    public sealed record PlannedGroup(string GroupId, IReadOnlyDictionary<string, IReadOnlyDictionary<int, OffsetMapping.GroupOffset>> Offsets);
}
