using Xunit;

namespace KafkaBackup.PartitionWorkers.Tests;

public sealed class ShardSpreadTests
{
    private const int Count = 200;

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
    public void A_topic_is_spread_even_where_shards_of_others_are_already_placed()
    {
        var held = Empty(3);
        Allocate(held, Enumerable.Range(0, Count).Where(shard => shard % 7 != 0));
        Allocate(held, Enumerable.Range(0, Count).Where(shard => shard % 7 == 0));

        for (var first = 0; first < Count; first++)
        {
            var topic = Enumerable.Range(first, 6).Select(shard => shard % Count).ToList();
            Assert.All(held.Values, shards => Assert.InRange(shards.Intersect(topic).Count(), 1, 4));
        }
    }

    [Fact]
    public void What_a_lost_node_had_goes_to_the_others_alike_and_nothing_else_moves()
    {
        var held = Empty(3);
        Allocate(held, Enumerable.Range(0, Count));
        held.Remove(1, out var lost);
        Allocate(held, lost!);

        Assert.Equal([100, 100], held.Values.Select(shards => shards.Count));
        Assert.Empty(Surplus(held));
    }

    [Fact]
    public void A_new_node_gets_its_share_and_hardly_anything_else_moves()
    {
        var held = Empty(3);
        Allocate(held, Enumerable.Range(0, Count));
        held.Add(3, new List<int>());
        var moved = 0;
        while (Surplus(held) is { Count: > 0 } surplus)
        {
            foreach (var shards in held.Values)
            {
                shards.RemoveAll(surplus.Contains);
            }

            Allocate(held, surplus);
            moved += surplus.Count;
        }

        Assert.All(held.Values, shards => Assert.Equal(50, shards.Count));
        Assert.InRange(moved, 50, 55);
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

    private static IReadOnlyList<int> Surplus(SortedDictionary<int, List<int>> held) => ShardSpread.Surplus(Count, View(held), most: 20);

    private static Dictionary<int, IReadOnlyCollection<int>> View(SortedDictionary<int, List<int>> held) =>
        held.ToDictionary(node => node.Key, IReadOnlyCollection<int> (node) => node.Value);
}
