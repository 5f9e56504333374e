using KafkaBackup.Operator.Operations;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using static KafkaBackup.Shared.Protocol.OperationProtocol;

namespace KafkaBackup.Operator.Tests.Support;

/// <summary>A cluster that carries out operations, which end when the test says so. What it is given has to be a definition that a node would take.</summary>
internal sealed class FakeOperations : IOperationCluster
{
    private readonly Dictionary<string, OperationStatus> _known = new(StringComparer.Ordinal);

    /// <summary>What is thrown in place of an answer.</summary>
    public BackupException? Failure { get; set; }

    /// <summary>The names of all that began, in order; one that was joined is none.</summary>
    public List<string> Began { get; } = [];

    /// <summary>Their definitions.</summary>
    public List<string> Definitions { get; } = [];

    /// <summary>What was forgotten.</summary>
    public List<string> Forgotten { get; } = [];

    /// <summary>Ends the last one.</summary>
    public void End(Func<OperationStatus, OperationStatus> end) => _known[Began[^1]] = end(new OperationStatus(Began[^1], OperationState.Ended));

    /// <summary>Its node is gone.</summary>
    public void Lose() => _known.Clear();

    public Task<OperationStatus> BeginOperationAsync(string operation, string definition, CancellationToken cancellation)
    {
        ThrowIfFails();
        _ = DefinitionCheck.ReadOperation(definition, name => $"/{name}");
        Assert.InRange(operation.Length, 1, MaxName);
        if (_known.GetValueOrDefault(operation) is null or { Failure.IsRetryable: true }) // As nodes do.
        {
            Began.Add(operation);
            Definitions.Add(definition);
            _known[operation] = new OperationStatus(operation, OperationState.Running);
        }

        return Task.FromResult(_known[operation]);
    }

    public Task<OperationStatus> FindOperationAsync(string operation, CancellationToken cancellation)
    {
        ThrowIfFails();
        return Task.FromResult(_known.GetValueOrDefault(operation) ?? new OperationStatus(operation, OperationState.Unknown));
    }

    public Task<OperationStatus> ForgetOperationAsync(string operation, bool leavesMark, CancellationToken cancellation)
    {
        ThrowIfFails();
        _known.Remove(operation);
        Forgotten.Add($"{operation}{(leavesMark ? " for good" : "")}");
        return Task.FromResult(new OperationStatus(operation, OperationState.Unknown));
    }

    private void ThrowIfFails()
    {
        if (Failure is not null)
        {
            throw Failure;
        }
    }
}
