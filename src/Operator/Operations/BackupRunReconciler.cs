using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Backups;
using KafkaBackup.Operator.Definitions;
using KafkaBackup.Operator.Resources;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Operator.Operations;

/// <summary>Begins a run of a KafkaBackup for each KafkaBackupRun, and tells in its status how it goes.</summary>
/// <remarks>The run has a name made of the object, and whoever runs backups begins one of a name once.</remarks>
/// <param name="api">The API server.</param>
/// <param name="runner">What runs backups.</param>
/// <param name="events">Takes what happens.</param>
/// <param name="clock">The time.</param>
internal sealed class BackupRunReconciler(KubernetesApi api, IBackupRunner runner, EventRecorder events, TimeProvider clock)
{
    private static readonly TimeSpan WhileRunning = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan WhileWaiting = TimeSpan.FromSeconds(5);

    private readonly ResourceWriter _writer = new(api, ResourceKind.KafkaBackupRun);

    /// <summary>Looks at one object, and does what it asks for.</summary>
    /// <returns>After how long it is to be looked at again; null: it is gone, or over.</returns>
    /// <exception cref="KubernetesException">The API server refused, or did not answer.</exception>
    public async Task<TimeSpan?> ReconcileAsync(ObjectKey key, CancellationToken cancellation)
    {
        if (await api.GetAsync(ResourceKind.KafkaBackupRun.PathOf(key), cancellation) is not { } found)
        {
            return null;
        }

        var resource = ResourceJson.Read<KafkaBackupRunResource>(found, ResourceKind.KafkaBackupRun);
        if (resource.Metadata.DeletionTimestamp is not null || resource.Status is { IsOver: true })
        {
            return null; // A run that has begun is its KafkaBackup's, and goes on.
        }

        var status = await AssertAsync(resource, cancellation);
        await TellAsync(resource, status, cancellation);
        return status.IsOver ? null : status.Phase == "Pending" ? WhileWaiting : WhileRunning;
    }

    private async Task<KafkaBackupRunStatus> AssertAsync(KafkaBackupRunResource resource, CancellationToken cancellation)
    {
        var before = resource.Status ?? new KafkaBackupRunStatus();
        try
        {
            var name = resource.Spec.BackupRef.Name;
            if (await NamedObjects.BackupAsync(api, new ObjectKey(resource.Metadata.Namespace, name), cancellation) is not { } backup)
            {
                return before.RunId is not null ? Lost(before) : Waiting(before, "BackupNotFound", $"There is no KafkaBackup '{name}' in {resource.Metadata.Namespace}. Make it, or name another one.");
            }

            var subject = BackupReconciler.SubjectOf(backup);
            if (await runner.FindAsync(subject, cancellation) is not { } known || BackupDefinition.OwnerOf(known.Declared.Definition) != backup.Key.ToString())
            {
                return before.RunId is not null ? Lost(before)
                    : Waiting(before, "BackupNotReady", $"KafkaBackup '{name}' is not known to the cluster{(backup.Spec.Suspend ? ", as it is suspended" : "")}: see its conditions.");
            }

            var id = $"run-{resource.Metadata.Uid}";
            if (known.Declared.RunOf(id) is { } run)
            {
                return Of(before, run, known);
            }

            if (before.RunId is not null)
            {
                return Lost(before);
            }

            if (backup.Spec.Continuous || backup.Spec.Suspend || known.Declared is { IsRemoved: true } or { Current: not null })
            {
                return Waiting(before, "BackupBusy", backup.Spec.Continuous ? $"KafkaBackup '{name}' is continuous, and runs all the time."
                    : backup.Spec.Suspend ? $"KafkaBackup '{name}' is suspended: it begins when that ends."
                    : $"It begins when run {known.Declared.Current?.Id} of KafkaBackup '{name}' has ended.");
            }

            await runner.StartAsync(subject, id, cancellation);
            return await runner.FindAsync(subject, cancellation) is { } now && now.Declared.RunOf(id) is { } begun
                ? Of(before, begun, now)
                : Waiting(before, "BackupBusy", "Another run was faster: it begins when that has ended.");
        }
        catch (BackupException e)
        {
            return Waiting(before, e.Kind == FailureKind.Configuration ? "Refused" : "ClusterAway", $"The cluster {(e.Kind == FailureKind.Configuration ? "refuses it" : "does not answer")}: {e.Message}");
        }
    }

    private static KafkaBackupRunStatus Waiting(KafkaBackupRunStatus before, string reason, string message) =>
        before with { Message = message, Conditions = [new Condition("Ready", "False", reason, message)] };

    /// <summary>The cluster remembers the last runs only.</summary>
    private static KafkaBackupRunStatus Lost(KafkaBackupRunStatus before)
    {
        const string Message = "The run has begun, and nobody knows any more how it ended. See the KafkaBackup's last success.";
        return before with { Phase = "Failed", Message = Message, Conditions = [new Condition("Ready", "False", "RunForgotten", Message)] };
    }

    private static KafkaBackupRunStatus Of(KafkaBackupRunStatus before, DeclaredRun run, ClusterBackup backup)
    {
        var message = run.Outcome switch
        {
            "Running" => "The run is under way.",
            "Completed" => "All that was there is backed up.",
            _ => run.Failures.FirstOrDefault()?.Message ?? (run.WasStopped ? "The run was stopped before it was through; what it has saved counts." : $"{run.FailedPartitions} partitions could not be backed up, {run.Gaps} ranges were gone."),
        };
        var live = run.EndedAt is null ? backup.Progress : null;
        return before with
        {
            Phase = run.Outcome,
            Message = message,
            RunId = run.Id,
            StartTime = Whole(run.StartedAt),
            CompletionTime = run.EndedAt is { } ended ? Whole(ended) : null,
            RecordsProcessed = live?.Records ?? run.Records,
            BytesProcessed = live?.Bytes ?? before.BytesProcessed,
            Conditions = [new Condition("Ready", run.Outcome == "Completed" ? "True" : "False", $"Run{run.Outcome}", message)],
        };
    }

    private async Task TellAsync(KafkaBackupRunResource resource, KafkaBackupRunStatus status, CancellationToken cancellation)
    {
        var (before, now) = (resource.Status, Whole(clock.GetUtcNow()));
        status = status with
        {
            ObservedGeneration = resource.Metadata.Generation,
            Conditions = [.. status.Conditions.Select(condition => (condition with { ObservedGeneration = resource.Metadata.Generation }).Since(before?.Conditions ?? [], now))],
        };
        await _writer.TellAsync(
            resource.Metadata,
            async () =>
            {
                var (ready, was) = (status.Conditions[0], before?.Conditions.FirstOrDefault());
                if ((ready.Status, ready.Reason) != (was?.Status, was?.Reason))
                {
                    await events.RecordAsync(ResourceKind.KafkaBackupRun, resource.Metadata, ready.Reason, ready.Reason is not ("RunRunning" or "RunCompleted" or "BackupBusy"), ready.Message, $"{was?.Reason}", cancellation);
                }
            },
            before is null ? null : ResourceJson.Write(before), ResourceJson.Write(status), cancellation);
    }

    private static DateTimeOffset Whole(DateTimeOffset time) => new(time.Ticks - time.Ticks % TimeSpan.TicksPerSecond, time.Offset);
}
