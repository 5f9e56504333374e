using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using KafkaBackup.Operator.Definitions;
using KafkaBackup.Operator.Resources;
using KafkaBackup.Operator.Work;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Operator.Backups;

/// <summary>Decides what the cluster is to be told of one KafkaBackup. Pure: from what is asked for and what there is, never from what was done before, so that
/// an operator that was killed anywhere goes on, and two of them give the same orders.</summary>
/// <remarks>Runs that the operator begins have names made of what they are for: the cluster begins one of a name once.</remarks>
internal static class BackupDecision
{
    /// <summary>The next order; null: all is as it should be, or something has to end first.</summary>
    /// <param name="resource">What is asked for.</param>
    /// <param name="wanted">Its definition.</param>
    /// <param name="known">What is declared; null: nothing.</param>
    /// <param name="now">The time.</param>
    public static BackupOrder? Next(KafkaBackupResource resource, BackupDefinition wanted, DeclaredBackup? known, DateTimeOffset now)
    {
        if (known is null)
        {
            return resource.Spec.Suspend ? null : new BackupOrder.Declare();
        }

        if (known.IsRemoved)
        {
            return null; // Declared anew when it is gone.
        }

        if (resource.Spec.Suspend)
        {
            return known.IsPaused ? null : new BackupOrder.Pause();
        }

        if (known.Definition != wanted.Text || known.Schedule != wanted.Schedule || known.TimeZone != wanted.TimeZone)
        {
            // The run of an earlier text of what runs once ends first: the cluster would begin the next one itself, under another name.
            return resource.Spec.IsOnce && known.Current is not null
                ? known.IsPaused ? null : new BackupOrder.Pause()
                : new BackupOrder.Declare();
        }

        if (known.Current is { } run)
        {
            return IsOverdue(resource.Spec, run, now) && !known.IsStopping ? new BackupOrder.Cancel() : null;
        }

        var start = NextRun(resource, wanted, known, now);
        return start is not null ? new BackupOrder.Start(start)
            : known.IsPaused ? new BackupOrder.Resume()
            : null;
    }

    /// <summary>Whether a run takes longer than it may. One without an end may take as long as it takes.</summary>
    public static bool IsOverdue(KafkaBackupSpec spec, DeclaredRun run, DateTimeOffset now) =>
        spec.RunDeadlineSecs is { } deadline && !spec.Continuous && (run.EndedAt ?? now) - run.StartedAt > TimeSpan.FromSeconds(deadline);

    /// <summary>The name of the run that an annotation asks for; null when it asks for none, or for one that there was.</summary>
    public static string? TriggeredRun(KafkaBackupResource resource, DeclaredBackup known) =>
        resource.Metadata.Annotations.GetValueOrDefault(KafkaBackupResource.Trigger) is { Length: > 0 } trigger && trigger != resource.Status?.LastTrigger
            && $"trigger-{Hash($"{resource.Metadata.Uid} {trigger}")}" is var run && known.RunOf(run) is null
            ? run
            : null;

    /// <summary>When what runs once and failed is tried again; null: it did not, or another try would not help.</summary>
    public static DateTimeOffset? RetryAt(KafkaBackupSpec spec, DeclaredBackup known) =>
        spec.IsOnce && known is { Current: null, Runs: [{ Outcome: "Failed", EndedAt: { } ended } last, ..] } && last.Failures.Any(failure => failure.IsRetryable)
            ? ended + RetryPause.After(known.FailedRuns)
            : null;

    private static string? NextRun(KafkaBackupResource resource, BackupDefinition wanted, DeclaredBackup known, DateTimeOffset now)
    {
        if (!resource.Spec.Continuous && TriggeredRun(resource, known) is { } triggered)
        {
            return triggered;
        }

        if (!resource.Spec.IsOnce)
        {
            return null;
        }

        var name = OnceOf(wanted.Text);
        var last = known.Runs.FirstOrDefault(run => run.Id.StartsWith(name, StringComparison.Ordinal));
        if (last is null)
        {
            return resource.Status?.LastOnce == name ? null : $"{name}0";
        }

        var isWanted = (last.Outcome == "Stopped" && !IsOverdue(resource.Spec, last, now))
            || (last == known.Runs[0] && RetryAt(resource.Spec, known) <= now);
        return isWanted ? name + (NumberOf(last.Id[name.Length..]) + 1).ToString(CultureInfo.InvariantCulture) : null;
    }

    /// <summary>How names of runs begin that are made of a definition once.</summary>
    private static string OnceOf(string definition) => $"once-{Hash(definition)}-";

    /// <summary>What runs once and has saved all; null: nothing that is known any more.</summary>
    public static string? DoneOnce(DeclaredBackup known) =>
        OnceOf(known.Definition) is var name && known.Runs.Any(run => run.Outcome == "Completed" && run.Id.StartsWith(name, StringComparison.Ordinal)) ? name : null;

    private static int NumberOf(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
}
