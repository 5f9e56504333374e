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
    public void A_refused_partition_goes_one_shard_on_and_others_stay()
    {
        var (placements, isLeft, _) = Refuse(Placements.Own, "node-0", nodes: 3);

        Assert.True(isLeft);
        Assert.Equal((1, 0), (placements.Of(One), placements.Of(Other)));
    }

    [Fact]
    public void When_all_nodes_have_refused_none_is_left_and_the_next_try_begins_anew()
    {
        var (placements, _, _) = Refuse(Placements.Own, "node-0", nodes: 2);

        var (last, isLeft, _) = Refuse(placements, "node-1", nodes: 2);

        Assert.False(isLeft);
        Assert.Equal(0, last.Of(One));
    }

    [Fact]
    public void Shards_that_lie_on_one_node_are_not_gone_through_for_ever()
    {
        var (placements, tries) = (Placements.Own, 0);
        for (var isLeft = true; isLeft; tries++)
        {
            (placements, isLeft, _) = Refuse(placements, "node-0", nodes: 3);
        }

        Assert.Equal(12, tries);
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
        Assert.True(Refuse(taken, "node-1", nodes: 2).IsLeft);
    }

    private static (Placements Placements, bool IsLeft, bool IsNews) Refuse(Placements placements, string node, int nodes) =>
        placements.Refuse(One, new Refusal(node, nodes), Reason, Now);
}
