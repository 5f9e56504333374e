using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Definitions;
using KafkaBackup.Operator.Resources;
using static KafkaBackup.Shared.Protocol.OperationProtocol;

namespace KafkaBackup.Operator.Operations;

/// <summary>Has the cluster carry out KafkaOffsetRollbacks.</summary>
internal sealed class OffsetRollbackReconciler(KubernetesApi api, IOperationCluster cluster, EventRecorder events, TimeProvider clock)
    : OperationReconciler<KafkaOffsetRollbackResource, KafkaOffsetRollbackStatus>(api, cluster, events, clock, ResourceKind.KafkaOffsetRollback, KafkaOffsetRollbackResource.Finalizer)
{
    /// <inheritdoc />
    protected override async Task<string> DefineAsync(KafkaOffsetRollbackResource resource, CancellationToken cancellation)
    {
        var reset = resource.Spec.SnapshotRef.OffsetResetRef is { } name ? await NamedObjects.ResetAsync(Api, new ObjectKey(resource.Metadata.Namespace, name), cancellation) : null;
        return OffsetRollbackDefinition.Of(resource, reset);
    }

    /// <inheritdoc />
    protected override OperationEnd<KafkaOffsetRollbackStatus> End(KafkaOffsetRollbackResource resource, KafkaOffsetRollbackStatus status, OperationStatus ended)
    {
        var groups = ended.Groups ?? throw new InvalidOperationException("A rollback ended without telling of groups.");
        var isElsewhere = groups.Matched is { } matched && matched < groups.Total;
        var isGood = groups.Failed == 0 && !isElsewhere && groups.Unread is null;
        var reason = (resource.Spec.DryRun ? "DryRun" : "Rollback") + (isGood ? resource.Spec.DryRun ? "Passed" : "Succeeded" : "Failed");
        var problem = groups.Groups.FirstOrDefault(group => group.Problem is not null)?.Problem;
        var message = $"{groups.Set} of {groups.Total} consumer groups {(resource.Spec.DryRun ? "would be set back; nothing was changed." : "are set back.")}"
            + (problem is not null ? $" {problem}" : groups.Unread is { } unread ? $" They could not be read again: {unread}" : isElsewhere ? $" Read again, {string.Join(", ", groups.Mismatched)} stood elsewhere: their consumers have gone on, or others set them." : "");
        return new OperationEnd<KafkaOffsetRollbackStatus>(status with
        {
            Phase = isGood ? "Completed" : groups is { Failed: > 0, Set: > 0 } ? "PartiallyCompleted" : "Failed",
            GroupsRolledBack = groups.Set,
            GroupsFailed = groups.Failed,
            Duration = DurationSince(status.StartTime),
            SnapshotId = groups.SnapshotId,
            Verification = groups.Matched is { } same ? new RollbackVerification(same == groups.Total, groups.Total, same, groups.Mismatched) : null,
        }, reason, message, isGood);
    }
}
