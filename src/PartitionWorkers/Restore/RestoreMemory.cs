using Akka.Actor;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared.Configuration;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>The part of a node's memory that an attempt of a restore may have.</summary>
/// <param name="node">The node's memory.</param>
/// <param name="section">With <c>max_memory_bytes</c> it gets no more than that.</param>
/// <param name="attempt">The attempt's name, which no other on the node has.</param>
public sealed class RestoreMemory(NodeMemory node, RestoreSection section, string attempt)
{
    /// <summary>Hands it out.</summary>
    internal IActorRef Permits => node.Permits;

    /// <summary>What the attempt has.</summary>
    internal long Bytes => Math.Min(section.MaxMemoryBytes ?? node.Bytes, node.Bytes);

    /// <summary>What a worker asks for.</summary>
    internal RequestPermit Request(RestoreBudget budget) => new(PermitUser.OfRestore(attempt), budget.Bytes, int.MaxValue) { MostBytes = Bytes, MostOfRestores = node.Bytes };
}
