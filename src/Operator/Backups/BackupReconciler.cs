using System.Net;
using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Definitions;
using KafkaBackup.Operator.Resources;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Operator.Backups;

/// <summary>Brings the cluster's catalogue to what KafkaBackups ask for, and tells in their status how they stand.</summary>
/// <param name="api">The API server.</param>
/// <param name="runner">What runs backups.</param>
/// <param name="deletion">Deletes what they have stored.</param>
/// <param name="events">Takes what happens.</param>
/// <param name="clock">The time.</param>
internal sealed class BackupReconciler(KubernetesApi api, IBackupRunner runner, StoredDeletion deletion, EventRecorder events, TimeProvider clock)
{
    /// <summary>How many orders follow each other at once: declare, and start.</summary>
    private const int MaxOrders = 4;

    private static readonly TimeSpan WhileRunning = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan WhileIdle = TimeSpan.FromSeconds(15);

    private readonly ResourceWriter _writer = new(api, ResourceKind.KafkaBackup);

    /// <summary>Looks at one object, and does what it asks for.</summary>
    /// <returns>After how long it is to be looked at again; null: it is gone.</returns>
    /// <exception cref="KubernetesException">The API server refused, or did not answer.</exception>
    public async Task<TimeSpan?> ReconcileAsync(ObjectKey key, CancellationToken cancellation)
    {
        if (await api.GetAsync(ResourceKind.KafkaBackup.PathOf(key), cancellation) is not { } found)
        {
            return null;
        }

        var resource = ResourceJson.ReadBackup(found);
        if (resource.Metadata.DeletionTimestamp is not null)
        {
            return await RemoveAsync(resource, cancellation);
        }

        await _writer.HoldAsync(resource.Metadata, KafkaBackupResource.Finalizer, cancellation);
        var (backup, problem) = await AssertAsync(resource, cancellation);
        await TellAsync(resource, backup, problem, cancellation);
        return backup?.Declared.Current is not null || problem is { IsTemporary: true } ? WhileRunning : WhileIdle;
    }

    private async Task<(ClusterBackup? Backup, BackupProblem? Problem)> AssertAsync(KafkaBackupResource resource, CancellationToken cancellation)
    {
        ClusterBackup? found = null;
        try
        {
            var wanted = BackupDefinition.Of(resource);
            for (var orders = 0; ; orders++)
            {
                found = await runner.FindAsync(SubjectOf(resource), cancellation);
                if (found is not null && BackupDefinition.OwnerOf(found.Declared.Definition) is var owner && owner != resource.Key.ToString())
                {
                    var whose = owner is null ? "by 'kafka-backup submit'" : $"for the KafkaBackup {owner}";
                    return (null, new BackupProblem("BackupIdTaken", $"The cluster has a backup '{wanted.Backup}' already, declared {whose}. Give this one another spec.backupId, "
                        + $"or remove that one: what it has stored stays, and this one goes on from there.", IsTemporary: false));
                }

                if (orders == MaxOrders || BackupDecision.Next(resource, wanted, found?.Declared, clock.GetUtcNow()) is not { } order)
                {
                    return (found, null);
                }

                await CarryOutAsync(runner, SubjectOf(resource), order, wanted, cancellation);
                if (found is null && await IsGoingAsync(resource, cancellation))
                {
                    // Another operator has let it go since it was read here: what was declared would go on for nobody.
                    await runner.OrderAsync(SubjectOf(resource), CatalogueProtocol.CatalogueOrder.Remove, cancellation);
                    return (null, null);
                }

                if (order is BackupOrder.Cancel)
                {
                    await events.RecordAsync(ResourceKind.KafkaBackup, resource.Metadata, "DeadlineExceeded", isWarning: true,
                        $"Run {found!.Declared.Current!.Id} takes longer than spec.runDeadlineSecs, and is ended.", found.Declared.Current.Id, cancellation);
                }
            }
        }
        catch (SpecException e)
        {
            return (null, new BackupProblem("ValidationFailed", e.Message, IsTemporary: false));
        }
        catch (KubernetesException e) when (e.Status is HttpStatusCode.UnprocessableEntity or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest)
        {
            return (null, new BackupProblem("Refused", e.Message, IsTemporary: false)); // Of what runs are made of, where they are Jobs.
        }
        catch (BackupException e) when (e.Kind == FailureKind.Configuration)
        {
            return (found, new BackupProblem("Refused", $"The cluster refuses it: {e.Message}", IsTemporary: false));
        }
        catch (BackupException e)
        {
            return (null, new BackupProblem("ClusterAway", $"The cluster does not answer, and goes on with what it was told last: {e.Message}", IsTemporary: true));
        }
    }

    /// <summary>Whether an object is gone by now, or is to go. One that another of its name has followed is that one's business.</summary>
    private async Task<bool> IsGoingAsync(KafkaBackupResource resource, CancellationToken cancellation) =>
        await api.GetAsync(ResourceKind.KafkaBackup.PathOf(resource.Key), cancellation) is not { } found
            || (ResourceJson.ReadBackup(found).Metadata is var now && now.Uid == resource.Metadata.Uid && now.DeletionTimestamp is not null);

    /// <summary>What an object asks for, as whoever runs it has to know it.</summary>
    internal static BackupSubject SubjectOf(KafkaBackupResource resource) => new(new BackupId(resource.BackupId), resource.Key, resource.Metadata.Uid)
    {
        Claim = resource.Spec.Storage is { StorageType: "pvc", Pvc: { } claim } ? claim.ClaimName : null,
        DeadlineSecs = resource.Spec.Continuous ? null : resource.Spec.RunDeadlineSecs,
        UsesWorkloadIdentity = resource.Spec.Storage is { StorageType: "azure", Azure.UseWorkloadIdentity: true },
    };

    /// <summary>Gives an order.</summary>
    internal static Task CarryOutAsync(IBackupRunner runner, BackupSubject subject, BackupOrder order, BackupDefinition wanted, CancellationToken cancellation) => order switch
    {
        BackupOrder.Declare => runner.DeclareAsync(subject, wanted.Text, wanted.Schedule, wanted.TimeZone, cancellation),
        BackupOrder.Start start => runner.StartAsync(subject, start.Run, cancellation),
        BackupOrder.Pause => runner.OrderAsync(subject, CatalogueProtocol.CatalogueOrder.Pause, cancellation),
        BackupOrder.Resume => runner.OrderAsync(subject, CatalogueProtocol.CatalogueOrder.Resume, cancellation),
        BackupOrder.Cancel => runner.OrderAsync(subject, CatalogueProtocol.CatalogueOrder.Cancel, cancellation),
        _ => throw new InvalidOperationException($"There is no order {order}."),
    };

    private async Task TellAsync(KafkaBackupResource resource, ClusterBackup? backup, BackupProblem? problem, CancellationToken cancellation)
    {
        var status = BackupView.Of(resource, backup, problem, clock.GetUtcNow());
        await _writer.TellAsync(resource.Metadata, () => new BackupEvents(events).RecordAsync(resource, status, cancellation),
            resource.Status is { } before ? ResourceJson.Write(before) : null, ResourceJson.Write(status), cancellation);
    }

    /// <summary>What is stored goes, if it is to; the cluster forgets the backup. Then the object may go.</summary>
    private async Task<TimeSpan?> RemoveAsync(KafkaBackupResource resource, CancellationToken cancellation)
    {
        if (!resource.Metadata.IsHeldBy(KafkaBackupResource.Finalizer))
        {
            return null;
        }

        try
        {
            return await ForgetAsync(resource, cancellation);
        }
        catch (BackupException e)
        {
            await TellAsync(resource, null, new BackupProblem("ClusterAway", $"It goes when the cluster has forgotten the backup, and that does not answer: {e.Message}", IsTemporary: true), cancellation);
            return WhileRunning;
        }
    }

    private async Task<TimeSpan?> ForgetAsync(KafkaBackupResource resource, CancellationToken cancellation)
    {
        var subject = SubjectOf(resource);
        var found = BackupId.Problem(resource.BackupId) is null ? await runner.FindAsync(subject, cancellation) : null;
        var isOthers = found is not null && BackupDefinition.OwnerOf(found.Declared.Definition) != resource.Key.ToString();
        if (isOthers || !await IsGoingAsync(resource, cancellation)) // Another operator has let it go, and this is the backup of the next one of its name.
        {
            await (isOthers && resource.Spec.DeletionPolicy == "Delete" ? deletion.KeepAsync(resource, "The backup of this id is another object's.", cancellation) : Task.CompletedTask);
            await _writer.ReleaseAsync(resource.Metadata, KafkaBackupResource.Finalizer, cancellation);
            return null;
        }

        if (resource.Spec.DeletionPolicy == "Delete")
        {
            var own = found is not null && BackupDefinition.IsOf(found.Declared.Definition, resource) ? found.Declared : null;
            if (own is { IsPaused: false, IsRemoved: false })
            {
                await runner.OrderAsync(subject, CatalogueProtocol.CatalogueOrder.Pause, cancellation);
                found = await runner.FindAsync(subject, cancellation);
            }

            // It stays declared meanwhile, so that no other one of its name begins to write there.
            if (own is not null && found is { Declared.Current: not null } || !await deletion.IsThroughAsync(resource, own?.Definition, cancellation))
            {
                await TellAsync(resource, found, null, cancellation);
                return WhileRunning;
            }
        }

        if (found is { Declared.IsRemoved: false })
        {
            await runner.OrderAsync(subject, CatalogueProtocol.CatalogueOrder.Remove, cancellation);
        }

        if (found is not null && await runner.FindAsync(subject, cancellation) is { } still)
        {
            await TellAsync(resource, still, null, cancellation);
            return WhileRunning; // Its run ends in good order first.
        }

        await _writer.ReleaseAsync(resource.Metadata, KafkaBackupResource.Finalizer, cancellation);
        return null;
    }
}
