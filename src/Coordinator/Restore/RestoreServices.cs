using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>What a restore needs.</summary>
/// <param name="Configuration">What is restored, and how.</param>
/// <param name="Store">Where the backup lives.</param>
/// <param name="Catalog">Tells what the target holds.</param>
/// <param name="Topics">Makes topics at the target.</param>
/// <param name="Planned">Is told the plan before anything is done by it.</param>
/// <param name="Workers">Workers for a partition, or for all those that are restored together.</param>
/// <param name="Log">What the user reads.</param>
/// <param name="ReadRecords">How many records have been read so far.</param>
/// <param name="Positions">How far each partition is, by its target.</param>
/// <param name="CutOff">Ends all writing to the target: what is not sent by then never is.</param>
/// <param name="Clock">For the claim.</param>
public sealed record RestoreServices(
    RestoreConfiguration Configuration, IObjectStore Store, ITopicCatalog Catalog, ITopicMaker Topics, Action<RestorePlan> Planned, Func<IReadOnlyList<RestorePartition>, IReadOnlyList<OrderedWorker>> Workers, RestoreLog Log,
    Func<long> ReadRecords, Func<IReadOnlyDictionary<PartitionId, RestoredSoFar>> Positions, Func<Task> CutOff, TimeProvider Clock)
{
    /// <summary>Whether nodes of a cluster work for it. Default: no, this process does all.</summary>
    public bool HasNodes { get; init; }

    /// <summary>Sets offsets of consumer groups at the target.</summary>
    public required IGroupWriter Groups { get; init; }
}
