namespace KafkaBackup.Operator.Resources;

/// <summary>What a KafkaBackupRun tells.</summary>
internal sealed record KafkaBackupRunStatus
{
    public string Phase { get; init; } = "Pending";

    public string? Message { get; init; }

    public long ObservedGeneration { get; init; }

    /// <summary>What the cluster calls the run; null: it has not begun.</summary>
    public string? RunId { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? CompletionTime { get; init; }

    public long? RecordsProcessed { get; init; }

    public long? BytesProcessed { get; init; }

    public IReadOnlyList<Condition> Conditions { get; init; } = [];

    /// <summary>Whether it is over.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsOver => Phase is "Completed" or "Incomplete" or "Failed" or "Stopped";
}
