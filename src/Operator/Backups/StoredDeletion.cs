using System.Globalization;
using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Definitions;
using KafkaBackup.Operator.Operations;
using KafkaBackup.Operator.Resources;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.OperationProtocol;

namespace KafkaBackup.Operator.Backups;

/// <summary>Has the cluster delete what a KafkaBackup has stored, when that is deleted and wants it so. A store that refuses holds no object.</summary>
/// <param name="cluster">The cluster of nodes.</param>
/// <param name="events">Takes what came of it.</param>
/// <param name="clock">The time.</param>
internal sealed class StoredDeletion(IOperationCluster cluster, EventRecorder events, TimeProvider clock)
{
    /// <summary>How long a store that is away is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>How long a Secret that is gone is: it may have gone with the namespace, which waits for this object, and comes back by hand only.</summary>
    private static readonly TimeSpan SecretPatience = TimeSpan.FromMinutes(1);

    /// <summary>Goes on with it.</summary>
    /// <param name="resource">The object.</param>
    /// <param name="declared">Its definition in the cluster, which says where it has stored; null: it has none, and nothing is deleted but what was begun.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Whether it is through: all is deleted, or never will be, which is told.</returns>
    /// <exception cref="BackupException">The cluster does not answer.</exception>
    public async Task<bool> IsThroughAsync(KafkaBackupResource resource, string? declared, CancellationToken cancellation)
    {
        var name = $"delete-{resource.Metadata.Uid}";
        OperationStatus status;
        try
        {
            status = await cluster.FindOperationAsync(name, cancellation);
            if (declared is null && status.State == OperationState.Unknown)
            {
                await KeepAsync(resource, "The cluster knows of no backup that is this object's, so that nobody can tell what it has stored.", cancellation);
                return true;
            }

            // The result is kept for good: asked for once more by a slower operator, it deletes nothing of the next one of its name.
            if (declared is not null && (status.State == OperationState.Unknown || (status.Failure is { } last && !IsLate(resource, last))))
            {
                status = await cluster.BeginOperationAsync(name, DeletionDefinition.Of(resource, declared), cancellation);
            }
        }
        catch (Exception e) when (e is SpecException or BackupException { Kind: FailureKind.Configuration, IsRetryable: false })
        {
            await KeepAsync(resource, e.Message, cancellation);
            return true;
        }

        switch (status)
        {
            case { Deletion: { } report }:
                await (report.Problem is { } refusal
                    ? KeepAsync(resource, $"{Number(report.Deleted)} objects are deleted, and {Number(report.Kept)} are not: {refusal}", cancellation)
                    : TellAsync(resource, "DataDeleted", isWarning: false, $"What was stored is deleted: {Number(report.Deleted)} objects.", cancellation));
                return true;
            case { Failure: { } failure } when !failure.IsRetryable || IsLate(resource, failure):
                await KeepAsync(resource, failure.Message, cancellation);
                return true;
            default:
                return false;
        }
    }

    private bool IsLate(KafkaBackupResource resource, Fault failure) =>
        clock.GetUtcNow() - resource.Metadata.DeletionTimestamp > (failure.Kind == FailureKind.Configuration ? SecretPatience : Patience);

    /// <summary>Tells that nothing is deleted, or not all.</summary>
    public Task KeepAsync(KafkaBackupResource resource, string why, CancellationToken cancellation) =>
        TellAsync(resource, "DataKept", isWarning: true, $"What was stored is not deleted, or not all of it. {why}", cancellation);

    /// <summary>Nothing is made any more in a namespace that goes, and the object must not be held for a word.</summary>
    private async Task TellAsync(KafkaBackupResource resource, string reason, bool isWarning, string message, CancellationToken cancellation)
    {
        try
        {
            await events.RecordAsync(ResourceKind.KafkaBackup, resource.Metadata, reason, isWarning, message, "", cancellation);
        }
        catch (KubernetesException e) when (e.Status is not null)
        {
            // It was refused.
        }
    }

    private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
