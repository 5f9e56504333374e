using System.Text.Json.Serialization;

namespace KafkaBackup.Operator.Resources;

/// <summary>What all objects tell that the cluster carries out as an operation. OSO's fields have OSO's names.</summary>
internal abstract record OperationStatusBase
{
    public string Phase { get; init; } = "Pending";

    public string? Message { get; init; }

    public long ObservedGeneration { get; init; }

    /// <summary>What the cluster calls the operation; null: it was not asked for, or its result is told here and forgotten there.</summary>
    public string? Operation { get; init; }

    /// <summary>How often it was asked for.</summary>
    public int Attempts { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? CompletionTime { get; init; }

    public IReadOnlyList<Condition> Conditions { get; init; } = [];

    /// <summary>Whether it is over.</summary>
    [JsonIgnore]
    public bool IsOver => Phase is "Completed" or "PartiallyCompleted" or "Failed";
}
