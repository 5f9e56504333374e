using Xunit;

namespace KafkaBackup.PartitionWorkers.Tests;

public sealed class ShardSpreadTests
{
    private const int Count = 240;

    [Theory]
    [InlineData(2, 6)]
    [InlineData(3, 6)]
    [InlineData(3, 7)]
    [InlineData(4, 6)]
    [InlineData(5, 50)]
    public void The_partitions_of_a_topic_go_to_all_nodes_alike(int nodes, int partitions)
    {
        var held = Empty(nodes);
        Allocate(held, Enumerable.Range(150, partitions).Select(shard => shard % Count));

        Assert.InRange(held.Values.Max(shards => shards.Count) - held.Values.Min(shards => shards.Count), 0, 1);
    }

    [Fact]
    public void A_topic_is_spread_whichever_shards_were_placed_before()
    {
        var held = Empty(3);
        Allocate(held, Enumerable.Range(0, Count).Where(shard => shard % 7 != 0));
        Allocate(held, Enumerable.Range(0, Count).Where(shard => shard % 7 == 0));

        for (var first = 0; first < Count; first++)
        {
            var topic = Enumerable.Range(first, 6).Select(shard => shard % Count).ToList();
            Assert.All(held.Values, shards => Assert.Equal(2, shards.Intersect(topic).Count()));
        }
    }

    [Fact]
    public void What_a_lost_node_had_goes_to_the_others_alike_and_nothing_else_moves()
    {
        var held = Empty(3);
        Allocate(held, Enumerable.Range(0, Count));
        held.Remove(1, out var lost);
        Allocate(held, lost!);

        Assert.Equal([120, 120], held.Values.Select(shards => shards.Count));
        Assert.Empty(Surplus(held));
    }

    [Fact]
    public void A_new_node_gets_its_share_and_hardly_anything_else_moves()
    {
        var held = Empty(3);
        Allocate(held, Enumerable.Range(0, Count));
        held.Add(3, new List<int>());

        var moved = Rest(held);

        Assert.All(held.Values, shards => Assert.Equal(60, shards.Count));
        Assert.Equal(60, moved);
    }

    /// <summary>Shards are asked for faster than answers come back.</summary>
    [Fact]
    public void Shards_that_are_placed_at_the_same_time_are_spread_as_well()
    {
        var nodes = View(Empty(3));

        var chosen = Enumerable.Range(0, Count).Select(shard => ShardSpread.Choose(shard, Count, nodes)).ToList();

        Assert.All(Enumerable.Range(0, 3), node => Assert.Equal(Count / 3, chosen.Count(choice => choice == node)));
    }

    [Fact]
    public void Few_shards_that_lie_on_their_own_nodes_stay_there()
    {
        var held = Empty(3);
        Allocate(held, [0, 3, 6, 9]);

        Assert.Equal(4, held[0].Count);
        Assert.Empty(Surplus(held));
    }

    [Fact]
    public void A_node_without_shards_gets_those_of_its_own_though_the_richest_has_none_to_give()
    {
        var held = Empty(3);
        held[0].AddRange([0, 6, 12, 18]);
        held[1].AddRange([5, 11, 17]);

        Assert.NotEmpty(Surplus(held));
    }

    /// <summary>Nodes join and leave at any place in the order of addresses.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    public void Whoever_joins_and_leaves_shards_come_to_rest(int nodes)
    {
        for (var joins = 0; joins <= nodes; joins++)
        {
            for (var leaves = 0; leaves <= nodes; leaves++)
            {
                var held = new SortedDictionary<int, List<int>>(Enumerable.Range(0, nodes).ToDictionary(node => (2 * node) + 1, _ => new List<int>()));
                Allocate(held, Enumerable.Range(0, Count));
                held.Add(2 * joins, []);
                Rest(held);
                held.Remove(held.Keys.ElementAt(leaves), out var lost);
                Allocate(held, lost!);
                Rest(held);

                Assert.InRange(held.Values.Max(shards => shards.Count) - held.Values.Min(shards => shards.Count), 0, 1);
            }
        }
    }

    [Fact]
    public void A_single_node_gets_all()
    {
        var held = Empty(1);
        Allocate(held, [5, 6, 7]);

        Assert.Equal([5, 6, 7], held[0]);
        Assert.Empty(Surplus(held));
    }

    private static SortedDictionary<int, List<int>> Empty(int nodes) => new(Enumerable.Range(0, nodes).ToDictionary(node => node, _ => new List<int>()));

    private static void Allocate(SortedDictionary<int, List<int>> held, IEnumerable<int> shards)
    {
        foreach (var shard in shards)
        {
            held[ShardSpread.Choose(shard, Count, View(held))].Add(shard);
        }
    }

    /// <summary>Lets shards move until none should any more.</summary>
    /// <returns>How many did.</returns>
    private static int Rest(SortedDictionary<int, List<int>> held)
    {
        var moved = 0;
        while (Surplus(held) is { Count: > 0 } surplus)
        {
            foreach (var shards in held.Values)
            {
                shards.RemoveAll(surplus.Contains);
            }

            Allocate(held, surplus);
            moved += surplus.Count;
            Assert.InRange(moved, 0, 10 * Count);
        }

        return moved;
    }

    private static IReadOnlyList<int> Surplus(SortedDictionary<int, List<int>> held) => ShardSpread.Surplus(Count, View(held), most: 20);

    private static List<(int Node, IReadOnlyCollection<int> Shards)> View(SortedDictionary<int, List<int>> held) =>
        [.. held.Select(node => (node.Key, (IReadOnlyCollection<int>)node.Value))];
}
