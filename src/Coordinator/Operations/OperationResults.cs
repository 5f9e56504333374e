using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Shared.Protocol.OperationProtocol;

namespace KafkaBackup.Coordinator.Operations;

/// <summary>What came of operations, until it is forgotten by order: groups that were reset are not reset once more as a node died, or for an operator that has seen less than another.</summary>
/// <param name="store">The store of the cluster's catalogue.</param>
internal sealed class OperationResults(IObjectStore store)
{
    /// <summary>What came of an operation; null: it was not carried out, or is forgotten.</summary>
    /// <exception cref="StorageException">The store cannot be read.</exception>
    public async Task<OperationStatus?> FindAsync(string operation, CancellationToken cancellation) =>
        await store.GetAsync(KeyOf(operation), cancellation) is { } there ? WireFormat.Read(there.Content.Span, Name) as OperationStatus : null;

    /// <summary>Keeps what came of an operation.</summary>
    /// <exception cref="StorageException">The store cannot be written.</exception>
    public Task KeepAsync(OperationStatus status, CancellationToken cancellation) =>
        store.PutAsync(KeyOf(status.Operation), new System.Buffers.ReadOnlySequence<byte>(WireFormat.Write(status)), PutCondition.Overwrite, cancellation);

    /// <summary>Forgets it.</summary>
    /// <exception cref="StorageException">The store cannot be written.</exception>
    public Task ForgetAsync(string operation, CancellationToken cancellation) => store.DeleteAsync(KeyOf(operation), cancellation);

    private static readonly string Name = WireFormat.NameOf(new OperationStatus("", OperationState.Ended));

    private static string KeyOf(string operation) => $"_catalogue/operations/{operation}.json";
}
