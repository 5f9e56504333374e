namespace KafkaBackup.PartitionWorkers;

/// <summary>Which node a shard goes to, so that neighbouring shards go to different ones. Pure.</summary>
/// <remarks>
/// Partitions of a topic lie in consecutive shards, round a circle. A hash would spread many partitions well and six large ones badly: two nodes
/// may get them all. Here, of the nodes with the fewest shards, one is chosen that has none of the shards around.
/// </remarks>
internal static class ShardSpread
{
    /// <summary>The node for a shard.</summary>
    /// <param name="shard">The shard, from 0.</param>
    /// <param name="count">How many shards there are.</param>
    /// <param name="held">What each node has. Not empty.</param>
    public static TNode Choose<TNode>(int shard, int count, IReadOnlyDictionary<TNode, IReadOnlyCollection<int>> held)
        where TNode : notnull
    {
        var fewest = held.Values.Min(shards => shards.Count);
        return held.Where(node => node.Value.Count <= fewest + 1).MinBy(node => (Near(shard, count, held.Count, node.Value), node.Value.Count)).Key;
    }

    /// <summary>Shards that should move, so that no node has two more than another. Those go first that have others of their node around them.</summary>
    /// <param name="count">How many shards there are.</param>
    /// <param name="held">What each node has.</param>
    /// <param name="most">How many to move at a time.</param>
    public static IReadOnlyList<int> Surplus<TNode>(int count, IReadOnlyDictionary<TNode, IReadOnlyCollection<int>> held, int most)
        where TNode : notnull
    {
        var left = held.Values.Select(shards => shards.ToHashSet()).ToList();
        var moved = new List<int>();
        while (moved.Count < most && left.MaxBy(shards => shards.Count) is { } richest && left.MinBy(shards => shards.Count) is { } poorest
            && richest.Count - poorest.Count > 1)
        {
            var shard = richest.MaxBy(candidate => (Near(candidate, count, held.Count, richest), -candidate));
            richest.Remove(shard);
            poorest.Add(-1 - moved.Count); // It will get one; which, is decided when it is allocated.
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
