using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>What a node needs to work on a restore. Its variables and files are this node's own: secrets never travel in messages.</summary>
/// <param name="Section">What of the backup is wanted.</param>
/// <param name="Store">Where the backup lives.</param>
/// <param name="ReadOrders">Reads the backup: an order for each partition at the target, from all that it holds.</param>
/// <param name="Target">Connects to the target.</param>
/// <param name="End">Gives back what is held.</param>
public sealed record RestoreEnvironment(
    RestoreSection Section, IObjectStore Store, Func<CancellationToken, Task<IReadOnlyDictionary<PartitionId, RestoreProtocol.RestorePartition>>> ReadOrders, Func<RestoreTarget> Target, Action End);
