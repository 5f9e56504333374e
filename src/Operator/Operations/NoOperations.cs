using KafkaBackup.Shared;
using static KafkaBackup.Shared.Protocol.OperationProtocol;

namespace KafkaBackup.Operator.Operations;

/// <summary>Where runs are Jobs, and there is no cluster of nodes that could carry out operations: says so.</summary>
public sealed class NoOperations : IOperationCluster
{
    /// <inheritdoc />
    public Task<OperationStatus> BeginOperationAsync(string operation, string definition, CancellationToken cancellation) => Task.FromException<OperationStatus>(new BackupException(FailureKind.Configuration,
        "This operator runs backups as Jobs and has no cluster of nodes, which does this. Give the operator --cluster, or run the command of kafka-backup that does the same where cluster and storage can be reached."));

    /// <inheritdoc />
    public Task<OperationStatus> FindOperationAsync(string operation, CancellationToken cancellation) => Task.FromResult(new OperationStatus(operation, OperationState.Unknown));

    /// <inheritdoc />
    public Task<OperationStatus> ForgetOperationAsync(string operation, bool leavesMark, CancellationToken cancellation) => Task.FromResult(new OperationStatus(operation, OperationState.Unknown));
}
