using Akka.Actor;
using KafkaBackup.Shared.Configuration;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Coordinator.Restore.Nodes;

/// <summary>What the conductors of a node need.</summary>
/// <param name="Read">Reads a definition as this node can.</param>
/// <param name="Open">Gets ready for one; the flag says whether another attempt of the same run went before. It opens no connection.</param>
/// <param name="Log">This node's log.</param>
/// <param name="Node">This node's address, for messages.</param>
/// <param name="Region">The shard region of conductors.</param>
public sealed record RestoreRunServices(Func<string, RestoreConfiguration> Read, Func<string, RestoreConfiguration, RestoreLog, bool, OpenedRestore> Open, ILogger<RestoreLog> Log,
    Func<string> Node, Func<IActorRef> Region);
