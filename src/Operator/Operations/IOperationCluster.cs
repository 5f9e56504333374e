using KafkaBackup.Shared;
using static KafkaBackup.Shared.Protocol.OperationProtocol;

namespace KafkaBackup.Operator.Operations;

/// <summary>The cluster of nodes, as far as it carries out operations.</summary>
/// <remarks>All calls throw a <see cref="BackupException"/>: of kind <see cref="FailureKind.Configuration"/> when what is asked is refused, of another when
/// nobody answers. All may be repeated.</remarks>
public interface IOperationCluster
{
    /// <summary>Carries out an operation, or joins the one of the same name.</summary>
    /// <param name="operation">Its name.</param>
    /// <param name="definition">The definition, secrets by the names of their files.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<OperationStatus> BeginOperationAsync(string operation, string definition, CancellationToken cancellation);

    /// <summary>How an operation stands.</summary>
    Task<OperationStatus> FindOperationAsync(string operation, CancellationToken cancellation);

    /// <summary>Ends an operation early, and forgets what came of it. It is over when it does not run any more.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="leavesMark">Whether it is not to be carried out for an operator that has seen less, and asks for it later.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<OperationStatus> ForgetOperationAsync(string operation, bool leavesMark, CancellationToken cancellation);
}
