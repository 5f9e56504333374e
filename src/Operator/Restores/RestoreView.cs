using System.Globalization;
using System.Text.Json;
using KafkaBackup.Operator.Resources;
using KafkaBackup.Operator.Work;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.RestoreRunProtocol;

namespace KafkaBackup.Operator.Restores;

/// <summary>Tells how a KafkaRestore stands. Pure.</summary>
internal static class RestoreView
{
    /// <summary>It cannot be begun.</summary>
    public static KafkaRestoreStatus Refused(KafkaRestoreResource resource, string reason, string message, bool isFinal, DateTimeOffset now)
    {
        var before = Before(resource);
        return With(resource, before with { Phase = isFinal ? "Failed" : before.Phase, Message = message, CompletionTime = isFinal ? Whole(now) : null }, now,
            new Condition("Ready", "False", reason, message));
    }

    /// <summary>It is under way.</summary>
    public static KafkaRestoreStatus Running(KafkaRestoreResource resource, string backup, RestoreRunStatus run, DateTimeOffset now)
    {
        var before = Before(resource);
        var message = run.Phase.Length == 0 ? "The restore begins." : $"{run.Phase}: {run.PartitionsDone} of {run.PartitionsPlanned} partitions have come to their end.";
        return With(resource, before with
        {
            Phase = "Running",
            Message = message,
            BackupId = backup,
            RestoreId = run.Restore,
            Attempts = Math.Max(1, before.Attempts),
            StartTime = before.StartTime ?? Whole(now),
            ProgressPercent = run.RecordsPlanned > 0 ? Math.Min(100, Math.Round(100.0 * run.Records / run.RecordsPlanned, 1)) : before.ProgressPercent,
            RecordsRestored = run.Records,
            BytesRestored = run.Bytes,
        }, now, new Condition("Ready", "False", "Restoring", "The restore is under way."));
    }

    /// <summary>An attempt has failed, and another one is to go on with it.</summary>
    public static KafkaRestoreStatus Waiting(KafkaRestoreResource resource, Fault failure, DateTimeOffset now)
    {
        var before = Before(resource);
        var message = $"It is tried again: {failure.Message}";
        return With(resource, before with { Message = message }, now, new Condition("Ready", "False", "RetryPending", message));
    }

    /// <summary>It is over.</summary>
    public static KafkaRestoreStatus Ended(KafkaRestoreResource resource, string backup, RestoreRunStatus run, RestoreVerdict verdict, JsonElement? report, DateTimeOffset now)
    {
        var before = Before(resource);
        var (phase, reason) = verdict switch
        {
            { WasStopped: true } => ("Stopped", "RestoreStopped"),
            { Failure: not null } => ("Failed", resource.Spec.DryRun ? "DryRunFailed" : "RestoreFailed"),
            { IsExact: false } when !resource.Spec.DryRun => ("Incomplete", "RestoreIncomplete"),
            _ => ("Completed", resource.Spec.DryRun ? "DryRunPassed" : "RestoreSucceeded"),
        };
        var records = LongIn(report, "records_restored") ?? LongIn(report, "records_to_restore") ?? run.Records;
        var message = phase switch
        {
            "Stopped" => "The restore was stopped before it was through. Another KafkaRestore of the same spec goes on with it.",
            "Failed" => verdict.FailedPartitions > 1 ? $"{verdict.FailedPartitions} partitions are not restored whole: {verdict.Failure!.Message}" : verdict.Failure!.Message,
            "Incomplete" => "What the backup holds is restored, and it is not all that the backup tells of: see the warnings in the report.",
            _ => $"{records.ToString("N0", CultureInfo.InvariantCulture)} records {(resource.Spec.DryRun ? "would be restored; nothing was written." : "are restored, as counted at the target.")}",
        };
        var restore = report is { ValueKind: JsonValueKind.Object } read && read.TryGetProperty("restore_id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
        return With(resource, before with
        {
            Phase = phase,
            Message = message,
            BackupId = backup,
            RestoreId = run.Restore,
            StartTime = before.StartTime ?? Whole(now),
            CompletionTime = Whole(now),
            ProgressPercent = phase == "Completed" ? 100 : before.ProgressPercent,
            RecordsRestored = records,
            BytesRestored = LongIn(report, "bytes_restored") ?? LongIn(report, "bytes_to_restore") ?? run.Bytes,
            SegmentsProcessed = LongIn(report, "segments_processed") ?? LongIn(report, "segments_to_process"),
            ThroughputRecordsPerSec = NumberIn(report, "throughput_records_per_sec"),
            Outcome = report is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty("outcome", out var outcome) ? outcome.GetString() : null,
            ReportPath = restore is null ? null : $"{backup}/_cluster/restores/{restore}.report.json",
        }, now, new Condition("Ready", phase == "Completed" ? "True" : "False", reason, message));
    }

    /// <summary>After how long an attempt that failed is followed by the next; null: not at all, as another one would not help.</summary>
    /// <param name="verdict">How it ended.</param>
    /// <param name="attempts">How many there were.</param>
    public static TimeSpan? PauseAfter(RestoreVerdict verdict, int attempts) =>
        verdict is { WasStopped: false, Failure: { IsRetryable: true, BeginsAnew: false } } ? RetryPause.After(attempts) : null;

    private static KafkaRestoreStatus Before(KafkaRestoreResource resource) => resource.Status ?? new KafkaRestoreStatus();

    private static KafkaRestoreStatus With(KafkaRestoreResource resource, KafkaRestoreStatus status, DateTimeOffset now, Condition ready)
    {
        var isOver = status.IsOver;
        IReadOnlyList<Condition> conditions =
        [
            ready,
            new("Progressing", status.Phase == "Running" ? "True" : "False", isOver ? "Over" : status.Phase, isOver ? "The restore is over." : ready.Message),
            new("Degraded", isOver && status.Phase is not "Completed" || ready.Reason is "RetryPending" or "ClusterAway" ? "True" : "False", ready.Reason, ready.Message),
        ];
        var before = Before(resource).Conditions; // Of an attempt that failed all is new: the pause before the next counts from it.
        return status with
        {
            ObservedGeneration = resource.Metadata.Generation,
            Conditions = [.. conditions.Select(condition => (condition with { ObservedGeneration = resource.Metadata.Generation }).Since(ready.Reason == "RetryPending" ? [] : before, Whole(now)))],
        };
    }

    private static DateTimeOffset Whole(DateTimeOffset time) => new(time.Ticks - time.Ticks % TimeSpan.TicksPerSecond, time.Offset);

    private static long? LongIn(JsonElement? report, string name) => NumberIn(report, name) is { } number ? (long)number : null;

    private static double? NumberIn(JsonElement? report, string name) =>
        report is { ValueKind: JsonValueKind.Object } read && read.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
