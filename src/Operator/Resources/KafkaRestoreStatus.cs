namespace KafkaBackup.Operator.Resources;

/// <summary>What a KafkaRestore tells. OSO's fields have OSO's names.</summary>
internal sealed record KafkaRestoreStatus
{
    public string Phase { get; init; } = "Pending";

    public string? Message { get; init; }

    public long ObservedGeneration { get; init; }

    public string? BackupId { get; init; }

    /// <summary>What the cluster calls the restore.</summary>
    public string? RestoreId { get; init; }

    /// <summary>How often it was begun; it goes on where it was each time.</summary>
    public int Attempts { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? CompletionTime { get; init; }

    public double? ProgressPercent { get; init; }

    public long? RecordsRestored { get; init; }

    public long? BytesRestored { get; init; }

    public long? SegmentsProcessed { get; init; }

    public double? ThroughputRecordsPerSec { get; init; }

    /// <summary>As the report has it: whole, different, failed or stopped.</summary>
    public string? Outcome { get; init; }

    /// <summary>Where the report lies in the store.</summary>
    public string? ReportPath { get; init; }

    public IReadOnlyList<Condition> Conditions { get; init; } = [];

    /// <summary>Whether it is over, and nothing is done about it any more. The last word is OSO's.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsOver => Phase is "Completed" or "Incomplete" or "Failed" or "Stopped" or "RolledBack";
}
