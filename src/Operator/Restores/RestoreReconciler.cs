using System.Globalization;
using System.Text.Json;
using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Definitions;
using KafkaBackup.Operator.Resources;
using KafkaBackup.Operator.Work;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.RestoreRunProtocol;

namespace KafkaBackup.Operator.Restores;

/// <summary>Has the cluster carry out KafkaRestores, each once, and tells in their status how they go.</summary>
/// <remarks>An attempt has a name made of the object and a number: the cluster begins one of a name once, and each goes on where the one before it ended. So an
/// operator that was killed anywhere goes on, and two of them do no harm.</remarks>
/// <param name="api">The API server.</param>
/// <param name="cluster">The cluster of nodes.</param>
/// <param name="events">Takes what happens.</param>
/// <param name="clock">The time.</param>
internal sealed class RestoreReconciler(KubernetesApi api, IRestoreCluster cluster, EventRecorder events, TimeProvider clock)
{
    private static readonly TimeSpan WhileRunning = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan WhileRefused = TimeSpan.FromSeconds(15);

    private readonly ResourceWriter _writer = new(api, ResourceKind.KafkaRestore);

    /// <summary>Looks at one object, and does what it asks for.</summary>
    /// <returns>After how long it is to be looked at again; null: it is gone, or over.</returns>
    /// <exception cref="KubernetesException">The API server refused, or did not answer.</exception>
    public async Task<TimeSpan?> ReconcileAsync(ObjectKey key, CancellationToken cancellation)
    {
        if (await api.GetAsync(ResourceKind.KafkaRestore.PathOf(key), cancellation) is not { } found)
        {
            return null;
        }

        var resource = ResourceJson.ReadRestore(found);
        if (resource.Metadata.DeletionTimestamp is not null)
        {
            return await ReleaseAsync(resource, cancellation);
        }

        if (resource.Status is { IsOver: true })
        {
            await _writer.ReleaseAsync(resource.Metadata, KafkaRestoreResource.Finalizer, cancellation);
            return null;
        }

        await _writer.HoldAsync(resource.Metadata, KafkaRestoreResource.Finalizer, cancellation);
        try
        {
            return await GoOnAsync(resource, cancellation);
        }
        catch (SpecException e)
        {
            // A KafkaBackup that is named may still come.
            var isMissing = resource.Spec.BackupRef is { Storage: null };
            await TellAsync(resource, RestoreView.Refused(resource, isMissing ? "BackupNotFound" : "ValidationFailed", e.Message, isFinal: false, clock.GetUtcNow()), cancellation);
            return WhileRefused;
        }
        catch (BackupException e) when (e is { Kind: FailureKind.Configuration, IsRetryable: false })
        {
            // Once it was taken it is not what is asked for that is refused: the operator's token may be, or something in between answers.
            var isFinal = resource.Status is not { RestoreId: not null };
            await TellAsync(resource, RestoreView.Refused(resource, "Refused", $"The cluster refuses it: {e.Message}", isFinal, clock.GetUtcNow()), cancellation);
            return isFinal ? null : WhileRefused;
        }
        catch (BackupException e)
        {
            await TellAsync(resource, RestoreView.Refused(resource, "ClusterAway", $"The cluster does not answer: {e.Message}", isFinal: false, clock.GetUtcNow()), cancellation);
            return WhileRunning;
        }
    }

    private async Task<TimeSpan?> GoOnAsync(KafkaRestoreResource resource, CancellationToken cancellation)
    {
        var attempt = Math.Max(1, resource.Status?.Attempts ?? 1);
        if (Pause(resource, attempt) is { } pause)
        {
            return pause;
        }

        var (backup, run) = await FindBegunAsync(resource, attempt, cancellation) ?? await BeginAsync(resource, attempt, cancellation);
        var verdict = run.Run is null ? null : run.Verdict;
        if (verdict is not null && RestoreView.PauseAfter(verdict, attempt) is { } retry)
        {
            await TellAsync(resource, RestoreView.Waiting(resource, verdict.Failure!, clock.GetUtcNow()) with { Attempts = attempt + 1 }, cancellation);
            return retry;
        }

        return await FollowAsync(resource, backup, run, verdict, cancellation);
    }

    /// <summary>What was begun is followed as it was begun, whatever has become of its KafkaBackup since. Null: nothing was, nobody conducts it any more, or another attempt is due.</summary>
    private async Task<(string Backup, RestoreRunStatus Run)?> FindBegunAsync(KafkaRestoreResource resource, int attempt, CancellationToken cancellation) =>
        resource.Status is { RestoreId: { } restore, BackupId: { } backup } && await cluster.FindAsync(restore, cancellation) is { Run: not null } known
            && (known.Verdict is null || known.Run == NameOf(resource, attempt))
                ? (backup, known)
                : null;

    private async Task<(string Backup, RestoreRunStatus Run)> BeginAsync(KafkaRestoreResource resource, int attempt, CancellationToken cancellation)
    {
        var source = resource.Spec.BackupRef.Name.Length == 0 ? null
            : await api.GetAsync(ResourceKind.KafkaBackup.PathOf(new ObjectKey(resource.Metadata.Namespace, resource.Spec.BackupRef.Name)), cancellation);
        var wanted = RestoreDefinition.Of(resource, source is null ? null : ResourceJson.ReadBackup(source));
        var run = await cluster.BeginAsync(wanted.Text, NameOf(resource, attempt), cancellation);
        if (run.Run is not null && run.Verdict is null)
        {
            run = await cluster.FindAsync(run.Restore, cancellation); // Its lines are in the nodes' logs; the verdict comes behind them.
        }

        return (wanted.Backup.Value, run);
    }

    /// <summary>Tells how far it is, or how it ended.</summary>
    private async Task<TimeSpan?> FollowAsync(KafkaRestoreResource resource, string backup, RestoreRunStatus run, RestoreVerdict? verdict, CancellationToken cancellation)
    {
        if (verdict is null)
        {
            await TellAsync(resource, RestoreView.Running(resource, backup, run, clock.GetUtcNow()), cancellation);
            return WhileRunning;
        }

        await TellAsync(resource, RestoreView.Ended(resource, backup, run, verdict, await ReportAsync(run.Restore, cancellation), clock.GetUtcNow()), cancellation);
        return TimeSpan.Zero;
    }

    /// <summary>How long the next attempt has to wait still, after one that failed; null: not any more.</summary>
    private TimeSpan? Pause(KafkaRestoreResource resource, int attempt)
    {
        var waiting = resource.Status?.Conditions.FirstOrDefault(condition => condition is { Type: "Degraded", Status: "True", Reason: "RetryPending" });
        return waiting is not null && RetryPause.After(attempt - 1) - (clock.GetUtcNow() - waiting.LastTransitionTime) is var left && left > TimeSpan.Zero ? left : null;
    }

    private async Task<JsonElement?> ReportAsync(string restore, CancellationToken cancellation)
    {
        try
        {
            return await cluster.ReadReportAsync(restore, cancellation);
        }
        catch (BackupException e) when (e.Kind == FailureKind.Configuration)
        {
            return null; // It ended before it had anything to report.
        }
    }

    /// <summary>A restore under way ends in good order; then the object may go.</summary>
    private async Task<TimeSpan?> ReleaseAsync(KafkaRestoreResource resource, CancellationToken cancellation)
    {
        if (!resource.Metadata.IsHeldBy(KafkaRestoreResource.Finalizer))
        {
            return null;
        }

        try
        {
            if (resource.Status is { IsOver: false, RestoreId: { } restore })
            {
                var known = await cluster.FindAsync(restore, cancellation);
                if (known.Verdict is null)
                {
                    await cluster.StopAsync(restore, cancellation); // Also one that is just handed over from one node to another, which says that nobody conducts it.
                }

                if (known is { Run: not null, Verdict: null })
                {
                    return WhileRunning;
                }
            }
        }
        catch (BackupException e)
        {
            await TellAsync(resource, RestoreView.Refused(
                resource, "ClusterAway", $"It goes when the cluster has stopped the restore, and that does not answer: {e.Message}", isFinal: false, clock.GetUtcNow()), cancellation);
            return WhileRunning;
        }

        await _writer.ReleaseAsync(resource.Metadata, KafkaRestoreResource.Finalizer, cancellation);
        return null;
    }

    private async Task TellAsync(KafkaRestoreResource resource, KafkaRestoreStatus status, CancellationToken cancellation)
    {
        await _writer.TellAsync(resource.Metadata, () => RecordAsync(resource, status, cancellation), resource.Status is { } before ? ResourceJson.Write(before) : null, ResourceJson.Write(status), cancellation);
    }

    private async Task RecordAsync(KafkaRestoreResource resource, KafkaRestoreStatus status, CancellationToken cancellation)
    {
        var (ready, was) = (status.Conditions[0], resource.Status?.Conditions.FirstOrDefault());
        if ((ready.Status, ready.Reason) != (was?.Status, was?.Reason))
        {
            var isWarning = ready.Reason is not ("Restoring" or "RestoreSucceeded" or "DryRunPassed");
            var occasion = $"{status.Attempts} {was?.LastTransitionTime:O}"; // By what was, which is the same to all operators; the time is not.
            await events.RecordAsync(ResourceKind.KafkaRestore, resource.Metadata, ready.Reason, isWarning, ready.Message, occasion, cancellation);
        }
    }

    private static string NameOf(KafkaRestoreResource resource, int attempt) => $"{resource.Metadata.Uid}-{attempt.ToString(CultureInfo.InvariantCulture)}";
}
