using System.Collections.Immutable;
using System.Globalization;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace KafkaBackup.PartitionWorkers;

/// <summary>Akka's way to <see cref="ShardSpread"/>.</summary>
internal sealed class SpreadingAllocation(int shardCount) : IShardAllocationStrategy
{
    /// <summary>How many shards move at a time: a tenth of all.</summary>
    private readonly int _mostAtOnce = Math.Max(1, shardCount / 10);

    public Task<IActorRef> AllocateShard(
        IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations) =>
        Task.FromResult(ShardSpread.Choose(NumberOf(shardId), shardCount, Numbers(currentShardAllocations)));

    public Task<IImmutableSet<string>> Rebalance(
        IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations, IImmutableSet<string> rebalanceInProgress) =>
        Task.FromResult<IImmutableSet<string>>(rebalanceInProgress.Count > 0
            ? []
            : [.. ShardSpread.Surplus(shardCount, Numbers(currentShardAllocations), _mostAtOnce).Select(shard => shard.ToString(CultureInfo.InvariantCulture))]);

    private static Dictionary<IActorRef, IReadOnlyCollection<int>> Numbers(IImmutableDictionary<IActorRef, IImmutableList<string>> allocations) =>
        allocations.ToDictionary(region => region.Key, IReadOnlyCollection<int> (region) => [.. region.Value.Select(NumberOf)]);

    private static int NumberOf(string shardId) => int.Parse(shardId, CultureInfo.InvariantCulture);
}
