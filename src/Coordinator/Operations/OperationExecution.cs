using KafkaBackup.Shared.OffsetSnapshots;
using KafkaBackup.Shared.Operations;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Shared.Protocol.OperationProtocol;

namespace KafkaBackup.Coordinator.Operations;

/// <summary>Carries out operations.</summary>
/// <param name="name">The operation.</param>
/// <param name="ports">What it works on.</param>
/// <param name="kept">The store of the cluster's catalogue.</param>
/// <param name="clock">The time.</param>
public sealed class OperationExecution(string name, OperationPorts ports, IObjectStore kept, TimeProvider clock)
{
    /// <summary>Does what a definition says.</summary>
    /// <exception cref="KafkaBackup.Shared.BackupException">It could not be done, or not all of it.</exception>
    public async Task<OperationStatus> ExecuteAsync(OperationConfiguration configuration, CancellationToken cancellation)
    {
        var done = new OperationStatus(name, OperationState.Ended);
        return FittedStatus.Of(configuration switch
        {
            OffsetResetConfiguration reset => done with { Groups = await new GroupReset(ports, new OffsetSnapshotStore(kept), clock).ExecuteAsync(reset, cancellation) },
            OffsetRollbackConfiguration rollback => done with { Groups = await new SnapshotRollback(ports, new OffsetSnapshotStore(ports.Store ?? kept)).ExecuteAsync(rollback, cancellation) },
            ValidationConfiguration validation => done with { Checks = await new RestoredValidation(name, ports, clock).ExecuteAsync(validation, cancellation) },
            DeletionConfiguration deletion => done with { Deletion = await new BackupDeletion(ports.Store!).ExecuteAsync(deletion.BackupId!.Value, cancellation) },
            _ => throw new ArgumentOutOfRangeException(nameof(configuration), configuration, "There is no such operation."),
        });
    }
}
