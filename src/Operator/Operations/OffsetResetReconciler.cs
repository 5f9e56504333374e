using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Definitions;
using KafkaBackup.Operator.Resources;
using static KafkaBackup.Shared.Protocol.OperationProtocol;

namespace KafkaBackup.Operator.Operations;

/// <summary>Has the cluster carry out KafkaOffsetResets.</summary>
internal sealed class OffsetResetReconciler(KubernetesApi api, IOperationCluster cluster, EventRecorder events, TimeProvider clock)
    : OperationReconciler<KafkaOffsetResetResource, KafkaOffsetResetStatus>(api, cluster, events, clock, ResourceKind.KafkaOffsetReset, KafkaOffsetResetResource.Finalizer)
{
    /// <inheritdoc />
    protected override async Task<string> DefineAsync(KafkaOffsetResetResource resource, CancellationToken cancellation)
    {
        var restore = resource.Spec.OffsetMappingRef is { } mapping && resource.Spec.ResetStrategy == "from-mapping"
            ? await NamedObjects.RestoreAsync(Api, new ObjectKey(resource.Metadata.Namespace, mapping.RestoreName), cancellation) : null;
        var source = restore is { Spec.BackupRef: { Storage: null, Name: { Length: > 0 } name } }
            ? await NamedObjects.BackupAsync(Api, new ObjectKey(resource.Metadata.Namespace, name), cancellation) : null;
        return OffsetResetDefinition.Of(resource, restore, source);
    }

    /// <inheritdoc />
    protected override OperationEnd<KafkaOffsetResetStatus> End(KafkaOffsetResetResource resource, KafkaOffsetResetStatus status, OperationStatus ended)
    {
        var groups = ended.Groups ?? throw new InvalidOperationException("A reset ended without telling of groups.");
        var (phase, reason) = (groups.Failed, groups.Set, resource.Spec.DryRun) switch
        {
            (0, _, true) => ("Completed", "DryRunPassed"),
            (0, _, false) => ("Completed", "ResetSucceeded"),
            (_, > 0, false) => ("PartiallyCompleted", "PartialFailure"),
            (_, _, true) => ("Failed", "DryRunFailed"),
            _ => ("Failed", "ResetFailed"),
        };
        var problem = groups.Groups.FirstOrDefault(group => group.Problem is not null)?.Problem;
        var message = $"{groups.Set} of {groups.Total} consumer groups {(resource.Spec.DryRun ? "would be set; nothing was changed." : "are set.")}{(problem is null ? "" : $" {problem}")}";
        return new OperationEnd<KafkaOffsetResetStatus>(status with
        {
            Phase = phase,
            GroupsTotal = groups.Total,
            GroupsReset = groups.Set,
            GroupsFailed = groups.Failed,
            Duration = DurationSince(status.StartTime),
            SnapshotId = groups.SnapshotId,
            SnapshotPath = groups.SnapshotPath,
            GroupResults = [.. groups.Groups.Select(group => new GroupResult(group.Group, group.Problem is null) { Error = group.Problem, PartitionsReset = group.Partitions })],
        }, reason, message, phase == "Completed");
    }
}
