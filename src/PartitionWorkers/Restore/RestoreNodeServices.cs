using KafkaBackup.PartitionWorkers.Node;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>What a node needs to work for restores.</summary>
/// <param name="Open">Gets ready for a definition, as a dry run or not. It opens no connection.</param>
/// <param name="Node">This node.</param>
/// <param name="Clock">Tells when nobody asks any more.</param>
/// <param name="Memory">The node's memory, which it has for backups, too.</param>
public sealed record RestoreNodeServices(Func<string, bool, RestoreEnvironment> Open, WorkerNode Node, TimeProvider Clock, NodeMemory Memory);
