using KafkaBackup.Operator.Resources;
using KafkaBackup.Operator.Work;

namespace KafkaBackup.Operator.Operations;

/// <summary>What is the same of all operations: conditions, and pauses between attempts. Pure.</summary>
internal static class OperationView
{
    /// <summary>The reason of who waits for another attempt.</summary>
    public const string Retry = "RetryPending";

    /// <summary>How long the next attempt has to wait still; null: not any more.</summary>
    public static TimeSpan? PauseLeft(OperationStatusBase status, int attempt, DateTimeOffset now) =>
        status.Conditions.FirstOrDefault(condition => condition is { Type: "Degraded", Status: "True", Reason: Retry }) is { } waiting
            && RetryPause.After(attempt - 1) - (now - waiting.LastTransitionTime) is var left && left > TimeSpan.Zero ? left : null;

    /// <summary>All conditions.</summary>
    /// <param name="status">The status that they belong to.</param>
    /// <param name="ready">The first of them.</param>
    /// <param name="before">Those of before.</param>
    /// <param name="generation">The generation of the spec.</param>
    /// <param name="now">The time.</param>
    public static IReadOnlyList<Condition> Conditions(OperationStatusBase status, Condition ready, IReadOnlyList<Condition> before, long generation, DateTimeOffset now)
    {
        var isBad = ready is { Status: "False" } && (status.IsOver || ready.Reason is Retry or "ClusterAway");
        IReadOnlyList<Condition> conditions =
        [
            ready,
            new("Progressing", status.Phase == "Running" ? "True" : "False", status.IsOver ? "Over" : status.Phase, status.IsOver ? "It is over." : ready.Message),
            new("Degraded", isBad ? "True" : "False", ready.Reason, ready.Message),
        ];
        // Of an attempt that failed all is new: the pause before the next counts from it.
        return [.. conditions.Select(condition => (condition with { ObservedGeneration = generation }).Since(ready.Reason == Retry ? [] : before, now))];
    }
}
