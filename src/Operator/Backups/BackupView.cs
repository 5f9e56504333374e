using System.Globalization;
using KafkaBackup.Operator.Resources;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Operator.Backups;

/// <summary>Tells how a KafkaBackup stands: makes its status of what the cluster says. Pure.</summary>
internal static class BackupView
{
    /// <summary>The status.</summary>
    /// <param name="resource">The object, with the status it has.</param>
    /// <param name="found">What the cluster says; null: nothing is declared, or it did not answer.</param>
    /// <param name="problem">Why it is not as it should be; null: it is.</param>
    /// <param name="now">The time.</param>
    public static KafkaBackupStatus Of(KafkaBackupResource resource, ClusterBackup? found, BackupProblem? problem, DateTimeOffset now)
    {
        now = new DateTimeOffset(now.Ticks - now.Ticks % TimeSpan.TicksPerSecond, now.Offset); // As times of Kubernetes are.
        var before = resource.Status ?? new KafkaBackupStatus();
        var known = found?.Declared;
        // What is not known is left as it was.
        var status = known is null && problem is { IsTemporary: true } ? before : Fill(before, resource, known, found?.Progress, now);
        var conditions = Conditions(resource, known, problem, before);
        return status with
        {
            Phase = Phase(resource, known, problem, before),
            Message = problem?.Message ?? Message(resource, known),
            ObservedGeneration = resource.Metadata.Generation,
            BackupId = resource.BackupId,
            CheckpointEnabled = resource.Spec.Checkpoint.Enabled,
            Conditions = [.. conditions.Select(condition => (condition with { ObservedGeneration = resource.Metadata.Generation }).Since(before.Conditions, now))],
        };
    }

    private static KafkaBackupStatus Fill(
        KafkaBackupStatus before, KafkaBackupResource resource, DeclaredBackup? known, BackupProtocol.BackupStatus? progress, DateTimeOffset now)
    {
        if (known is null)
        {
            return before with { CurrentRun = null, Lag = null, NextScheduledBackup = null, BytesProcessed = null };
        }

        var (current, last) = (known.Current, known.Runs.FirstOrDefault());
        var success = known.Runs.FirstOrDefault(run => run.Outcome == "Completed");
        var failure = known.Runs.FirstOrDefault(run => run.Outcome is "Failed" or "Incomplete");
        var trigger = resource.Metadata.Annotations.GetValueOrDefault(KafkaBackupResource.Trigger);
        var isTriggered = trigger is not null && !resource.Spec.Suspend && (resource.Spec.Continuous || BackupDecision.TriggeredRun(resource, known) is null);
        return before with
        {
            LastSuccessTime = Later(before.LastSuccessTime, success?.EndedAt),
            LastBackupTime = Later(before.LastBackupTime, last?.EndedAt),
            LastFailureTime = Later(before.LastFailureTime, failure?.EndedAt),
            LastScheduleTime = Later(before.LastScheduleTime, (current ?? last)?.StartedAt),
            NextScheduledBackup = known.NextAt,
            RestorableUntil = Later(before.RestorableUntil, progress is { Lag: 0 } && resource.Spec.Continuous ? Whole(now - TimeSpan.FromMinutes(1)) : success?.StartedAt),
            CurrentRun = current?.Id,
            RecordsProcessed = current is null ? last?.Records ?? 0 : progress?.Records ?? before.RecordsProcessed,
            BytesProcessed = current is null ? null : progress?.Bytes ?? before.BytesProcessed,
            Lag = current is null ? null : progress is null ? before.Lag : progress.Lag,
            LastOnce = BackupDecision.DoneOnce(known) ?? before.LastOnce,
            LastTrigger = isTriggered ? trigger : before.LastTrigger,
            Runs = [.. known.Runs.Take(KafkaBackupStatus.MaxRuns).Select(RunOf)],
        };
    }

    /// <summary>A time to the minute, so that a status which tells nothing new is not written.</summary>
    private static DateTimeOffset Whole(DateTimeOffset time) => new(time.Ticks - time.Ticks % TimeSpan.TicksPerMinute, time.Offset);

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;

    private static RunStatus RunOf(DeclaredRun run) => new(run.Id, run.StartedAt, run.Outcome)
    {
        CompletionTime = run.EndedAt,
        Records = run.Records,
        FailedPartitions = run.FailedPartitions,
        Gaps = run.Gaps,
        Message = Told(run),
    };

    private static string Phase(KafkaBackupResource resource, DeclaredBackup? known, BackupProblem? problem, KafkaBackupStatus before) => (problem, known) switch
    {
        _ when resource.Metadata.DeletionTimestamp is not null => "Deleting",
        ({ IsTemporary: false }, _) => "Failed",
        ({ }, null) => before.Phase,
        (_, { IsStopping: true }) => "Stopping",
        (_, { Current: not null }) => "Running",
        _ when resource.Spec.Suspend => "Suspended",
        (_, null) => "Pending",
        (_, { Runs: [{ Outcome: "Failed" or "Incomplete" } last, ..] }) => last.Outcome,
        (_, { NextAt: not null }) => "Ready",
        (_, { Runs: [var last, ..] }) => last.Outcome,
        _ => "Pending",
    };

    private static string? Message(KafkaBackupResource resource, DeclaredBackup? known) => known switch
    {
        { IsStopping: true } => "The run is ending: what is uploaded is committed.",
        { Current: { } run } => $"Run {run.Id} is under way.",
        _ when resource.Spec.Suspend => "No run begins while spec.suspend is true.",
        { Runs: [var last, ..] } => Told(last) ?? (last.Records == 0 ? "The last run found nothing new." : $"The last run saved {last.Records.ToString("N0", CultureInfo.InvariantCulture)} records."),
        _ => null,
    };

    private static IEnumerable<Condition> Conditions(KafkaBackupResource resource, DeclaredBackup? known, BackupProblem? problem, KafkaBackupStatus before)
    {
        yield return problem is not null ? new Condition("Ready", "False", problem.Reason, problem.Message)
            : resource.Spec.Suspend ? new Condition("Ready", "True", "Suspended", "No run begins while spec.suspend is true.")
            : new Condition("Ready", "True", known?.NextAt is not null ? "ScheduleActive" : "Declared", $"The cluster has the backup '{resource.BackupId}'.");
        if (known is null && problem is { IsTemporary: true })
        {
            // The cluster does not answer: what it said last is left to stand.
            foreach (var condition in before.Conditions.Where(condition => condition.Type != "Ready"))
            {
                yield return condition;
            }

            yield break;
        }

        yield return known?.Current is { } run
            ? new Condition("Progressing", "True", known.IsStopping ? "RunEnding" : "RunUnderWay", $"Run {run.Id} is under way.")
            : new Condition("Progressing", "False", resource.Spec.Suspend ? "Suspended" : "Idle", "No run is under way.");
        var last = known?.Runs.FirstOrDefault();
        yield return last is { Outcome: "Failed" or "Incomplete" }
            ? new Condition("Degraded", "True", $"Run{last.Outcome}", Told(last)!)
            : known is { Current.Failures: [var refusal, ..] }
                ? new Condition("Degraded", "True", "RunHindered", refusal.Message)
                : new Condition("Degraded", "False", "AsExpected", "Nothing is wrong, as far as is known.");
        yield return last switch
        {
            null => new Condition("LastBackupSucceeded", "Unknown", "NoRunYet", "No run has ended yet."),
            { Outcome: "Completed" } => new Condition("LastBackupSucceeded", "True", "BackupSucceeded", $"Run {last.Id} saved all there was."),
            _ => new Condition("LastBackupSucceeded", "False", $"Backup{last.Outcome}", Told(last)!),
        };
    }

    /// <summary>What is to be said of a run that is not as it should be.</summary>
    private static string? Told(DeclaredRun run) => run switch
    {
        { Failures: [var first, ..] } => run.FailedPartitions > 1 ? $"{run.FailedPartitions} partitions could not be backed up: {first.Message}" : first.Message,
        { WasStopped: true } => "The run was stopped before it was through; the next one goes on from there.",
        { Gaps: > 0 } => $"{run.Gaps} ranges of offsets were gone at the source before they could be read.",
        { FailedPartitions: > 0 } => $"{run.FailedPartitions} partitions could not be backed up.",
        _ => null,
    };
}
