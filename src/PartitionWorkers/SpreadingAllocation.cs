using System.Collections.Immutable;
using System.Globalization;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace KafkaBackup.PartitionWorkers;

/// <summary>Akka's way to <see cref="ShardSpread"/>.</summary>
/// <param name="shardCount">How many shards there are.</param>
/// <param name="self">This node, whose own region has no address.</param>
internal sealed class SpreadingAllocation(int shardCount, Address self) : IShardAllocationStrategy
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

    /// <summary>In order of addresses, which is the same whichever node coordinates.</summary>
    private IReadOnlyList<(IActorRef Node, IReadOnlyCollection<int> Shards)> Numbers(IImmutableDictionary<IActorRef, IImmutableList<string>> allocations) =>
        [.. allocations.OrderBy(region => AddressOf(region.Key), StringComparer.Ordinal)
            .Select(region => (region.Key, (IReadOnlyCollection<int>)[.. region.Value.Select(NumberOf)]))];

    private string AddressOf(IActorRef region) => (region.Path.Address.HasLocalScope ? self : region.Path.Address).ToString();

    private static int NumberOf(string shardId) => int.Parse(shardId, CultureInfo.InvariantCulture);
}
