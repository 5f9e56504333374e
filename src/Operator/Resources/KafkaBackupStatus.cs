namespace KafkaBackup.Operator.Resources;

/// <summary>What a KafkaBackup tells. OSO's fields have OSO's names.</summary>
internal sealed record KafkaBackupStatus
{
    /// <summary>How many ended runs it tells of.</summary>
    public const int MaxRuns = 10;

    public string Phase { get; init; } = "Pending";

    public string? Message { get; init; }

    public long ObservedGeneration { get; init; }

    public string? BackupId { get; init; }

    /// <summary>When the last run ended that backed up all there was.</summary>
    public DateTimeOffset? LastSuccessTime { get; init; }

    /// <summary>When the last run ended that did not.</summary>
    public DateTimeOffset? LastFailureTime { get; init; }

    /// <summary>When the last run ended, however it did.</summary>
    public DateTimeOffset? LastBackupTime { get; init; }

    /// <summary>When the last run was due, and began.</summary>
    public DateTimeOffset? LastScheduleTime { get; init; }

    public DateTimeOffset? NextScheduledBackup { get; init; }

    /// <summary>All that was in the topics at this moment can be restored.</summary>
    public DateTimeOffset? RestorableUntil { get; init; }

    /// <summary>The run under way.</summary>
    public string? CurrentRun { get; init; }

    /// <summary>Records of the run under way, or of the last one.</summary>
    public long RecordsProcessed { get; init; }

    /// <summary>Bytes of the run under way, before compression.</summary>
    public long? BytesProcessed { get; init; }

    /// <summary>Offsets that the run under way has still to read; null when nothing is known of it.</summary>
    public long? Lag { get; init; }

    public bool CheckpointEnabled { get; init; }

    /// <summary>The text of the annotation that last began a run.</summary>
    public string? LastTrigger { get; init; }

    /// <summary>What runs once and has saved all, by the beginning of its run's name: the cluster forgets runs after some others.</summary>
    public string? LastOnce { get; init; }

    /// <summary>Ended runs, newest first, at most <see cref="MaxRuns"/>.</summary>
    public IReadOnlyList<RunStatus> Runs { get; init; } = [];

    public IReadOnlyList<Condition> Conditions { get; init; } = [];
}

/// <summary>A run that ended.</summary>
internal sealed record RunStatus(string Id, DateTimeOffset StartTime, string Outcome)
{
    public DateTimeOffset? CompletionTime { get; init; }

    public long Records { get; init; }

    public int FailedPartitions { get; init; }

    public int Gaps { get; init; }

    public string? Message { get; init; }
}
