namespace KafkaBackup.PartitionWorkers;

/// <summary>Which node a shard goes to, so that neighbouring shards go to different ones. Pure.</summary>
/// <remarks>
/// Partitions of a topic lie in consecutive shards, round a circle. A hash would spread many partitions well and six large ones badly: two nodes
/// may get them all. Here each shard has an own node, in turn; only what that one has no room for goes to one of those with the fewest shards
/// that has none of the shards around. A shard on its own node never moves, so that nothing moves to and fro.
/// </remarks>
internal static class ShardSpread
{
    /// <summary>The node for a shard.</summary>
    /// <param name="shard">The shard, from 0.</param>
    /// <param name="count">How many shards there are.</param>
    /// <param name="held">What each node has, in an order that stays the same as long as the nodes do. Not empty.</param>
    public static TNode Choose<TNode>(int shard, int count, IReadOnlyList<(TNode Node, IReadOnlyCollection<int> Shards)> held)
    {
        var own = held[shard % held.Count];
        if (own.Shards.Count < (count + held.Count - 1) / held.Count)
        {
            return own.Node;
        }

        var fewest = held.Min(node => node.Shards.Count);
        return held.Where(node => node.Shards.Count == fewest).MinBy(node => Near(shard, count, held.Count, node.Shards)).Node; // Never back to where it was one too many.
    }

    /// <summary>Shards that should move, so that no node has guests while another has fewer shards by two. Those go first that come to their own node.</summary>
    /// <param name="count">How many shards there are.</param>
    /// <param name="held">What each node has, in the same order.</param>
    /// <param name="most">How many to move at a time.</param>
    public static IReadOnlyList<int> Surplus<TNode>(int count, IReadOnlyList<(TNode Node, IReadOnlyCollection<int> Shards)> held, int most)
    {
        var left = held.Select(node => node.Shards.ToHashSet()).ToList();
        var moved = new List<int>();
        while (moved.Count < most)
        {
            var order = Enumerable.Range(0, left.Count).OrderByDescending(node => left[node].Count).ToList();
            var poorest = order[^1];
            var (richest, guests) = order.Select(node => (node, left[node].Where(shard => shard >= 0 && shard % left.Count != node).ToList()))
                .FirstOrDefault(node => node.Item2.Count > 0, (poorest, []));
            if (left[richest].Count - left[poorest].Count <= 1)
            {
                break;
            }

            var shard = guests.MaxBy(guest => (guest % left.Count == poorest, Near(guest, count, left.Count, left[richest]), -guest));
            left[richest].Remove(shard);
            left[poorest].Add(-1 - moved.Count); // It will get one; which, is decided when it is allocated.
            moved.Add(shard);
        }

        return moved;
    }

    /// <summary>How many of <paramref name="shards"/> are closer to <paramref name="shard"/> than there are nodes; itself not counted.</summary>
    private static int Near(int shard, int count, int nodes, IEnumerable<int> shards) => shards.Count(other =>
    {
        var distance = Math.Abs(other - shard);
        return other >= 0 && distance != 0 && Math.Min(distance, count - distance) < nodes;
    });
}
