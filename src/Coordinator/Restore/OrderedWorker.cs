using Akka.Actor;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>A worker that is about to begin.</summary>
/// <param name="Props">Makes it: it tells its parent the end of each order, and stops.</param>
/// <param name="Orders">What it carries out.</param>
public sealed record OrderedWorker(Props Props, IReadOnlyList<RestorePartition> Orders);
