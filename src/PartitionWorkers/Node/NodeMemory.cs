using Akka.Actor;

namespace KafkaBackup.PartitionWorkers.Node;

/// <summary>The memory of a node, as whoever restores there meets it.</summary>
/// <param name="Permits">Hands it out.</param>
/// <param name="Bytes">How much a restore may have of it.</param>
public sealed record NodeMemory(IActorRef Permits, long Bytes);
