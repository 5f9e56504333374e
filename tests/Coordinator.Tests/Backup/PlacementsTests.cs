using KafkaBackup.Coordinator.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using Xunit;

namespace KafkaBackup.Coordinator.Tests.Backup;

/// <summary>Where partitions go when nodes refuse them.</summary>
public sealed class PlacementsTests
{
    private const string Reason = "The variable PASSWORD is not set.";
    private static readonly PartitionId One = new("orders", 0), Other = new("orders", 1);
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [Fact]
    public void A_refused_partition_goes_to_another_nodes_shard_and_others_stay()
    {
        var (placements, left, _) = Refuse(Placements.Own, "node-0", nodes: 3);

        Assert.Equal(PlacesLeft.Now, left);
        Assert.InRange(placements.Of(One), 1, 2);
        Assert.Equal(0, placements.Of(Other));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void What_one_node_had_is_shared_out_among_all_others(int nodes)
    {
        var taken = Enumerable.Range(0, 100).Select(number => new PartitionId("orders", number * nodes)) // All of them lie on one node.
            .CountBy(partition => Placements.Own.Refuse(partition, new Refusal("node-0", nodes), Reason, Now).Placements.Of(partition) % nodes).ToDictionary();

        Assert.Equal(Enumerable.Range(1, nodes - 1), taken.Keys.Order());
        Assert.InRange(taken.Values.Max() - taken.Values.Min(), 0, 1);
    }

    [Fact]
    public void When_all_nodes_have_refused_none_is_left_and_the_next_try_begins_anew()
    {
        var (placements, _, _) = Refuse(Placements.Own, "node-0", nodes: 2);

        var (last, left, _) = Refuse(placements, "node-1", nodes: 2);

        Assert.Equal(PlacesLeft.None, left);
        Assert.Equal(0, last.Of(One));
    }

    [Fact]
    public void A_node_that_has_no_shards_yet_is_waited_for_and_not_for_ever()
    {
        var (placements, tries) = (Placements.Own, new List<PlacesLeft>());
        do
        {
            (placements, var left, _) = Refuse(placements, "node-0", nodes: 2);
            tries.Add(left);
        }
        while (tries[^1] != PlacesLeft.None);

        Assert.Equal((7, 15), (tries.Count(left => left == PlacesLeft.Now), tries.Count(left => left == PlacesLeft.Later)));
    }

    [Fact]
    public void A_node_and_its_reason_are_news_once()
    {
        var (placements, _, first) = Refuse(Placements.Own, "node-0", nodes: 3);

        Assert.Equal(
            (true, false, true, true),
            (first, Refuse(placements, "node-0", 3).IsNews, Refuse(placements, "node-1", 3).IsNews, placements.Refuse(Other, new Refusal("node-0", 3), "drained", Now).IsNews));
    }

    [Fact]
    public void Where_a_partition_was_taken_it_is_remembered_for_a_while_and_later_refusals_ask_all_again()
    {
        var taken = Refuse(Placements.Own, "node-0", nodes: 2).Placements.Settle(One);

        Assert.Equal(1, taken.Forget(Now + Placements.Memory - TimeSpan.FromSeconds(1)).Of(One));
        Assert.Equal(0, taken.Forget(Now + Placements.Memory).Of(One));
        Assert.Equal(PlacesLeft.Now, Refuse(taken, "node-1", nodes: 2).Left);
        Assert.True(Refuse(taken.Forget(Now + Placements.Memory), "node-0", nodes: 2).IsNews);
    }

    private static (Placements Placements, PlacesLeft Left, bool IsNews) Refuse(Placements placements, string node, int nodes) =>
        placements.Refuse(One, new Refusal(node, nodes), Reason, Now);
}
