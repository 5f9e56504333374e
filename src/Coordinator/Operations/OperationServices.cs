using Akka.Actor;
using KafkaBackup.Shared.Operations;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Coordinator.Operations;

/// <summary>What a node needs to carry out operations.</summary>
/// <param name="Read">Reads a definition as this node can.</param>
/// <param name="Open">Gets ready for one. It opens no connection.</param>
/// <param name="Kept">The store of the cluster's catalogue, where results and snapshots are kept.</param>
/// <param name="Node">This node's address, for messages.</param>
/// <param name="Region">The shard region of operations.</param>
/// <param name="Clock">The time.</param>
public sealed record OperationServices(
    Func<string, OperationConfiguration> Read, Func<OperationConfiguration, OperationPorts> Open, IObjectStore Kept, Func<string> Node, Func<IActorRef> Region, TimeProvider Clock);
