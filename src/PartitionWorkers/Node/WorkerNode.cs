using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.PartitionWorkers.Node;

/// <summary>This node as its workers see it: whether it takes work, and what they answer when it does not. Used from any thread.</summary>
/// <param name="name">The node's address.</param>
/// <param name="nodes">How many nodes with workers there are.</param>
public sealed class WorkerNode(Func<string> name, Func<int> nodes) : IWorkerNode
{
    private volatile bool _isDrained;

    /// <summary>The only one there is.</summary>
    public static WorkerNode Alone => new(() => "this node", () => 1);

    /// <summary>Work is to be given back. Raised on the caller's thread.</summary>
    public event EventHandler? Drained;

    /// <inheritdoc />
    public bool IsDrained => _isDrained;

    /// <summary>What a worker adds to an order that it does not take.</summary>
    public Refusal Refusal => new(name(), Math.Max(1, nodes()));

    /// <summary>Why the node takes no work; null when it does.</summary>
    public Fault? WhyIdle => _isDrained
        ? new Fault(FailureKind.Internal, $"{name()} is drained and takes no partitions. Give it work again by `kafka-backup pbm HOST:PORT backup undrain`, or start another node.", IsRetryable: true)
        : null;

    /// <inheritdoc />
    public void Drain()
    {
        _isDrained = true;
        Drained?.Invoke(this, EventArgs.Empty);
    }

    /// <inheritdoc />
    public void Undrain() => _isDrained = false;
}
