using Akka.Actor;
using KafkaBackup.Cli.Cluster;
using KafkaBackup.Shared;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Cli.Tests.Pbm;

/// <summary>Orders that change who is in a cluster.</summary>
public sealed class PbmOrderTests
{
    /// <summary>Nothing but an order takes a node for dead.</summary>
    private const string NoResolver =
        "akka.cluster.split-brain-resolver.stable-after = 1h\n"
        + "akka.cluster.split-brain-resolver.down-all-when-unstable = off";

    [Fact]
    public async Task A_node_that_found_no_seed_joins_by_order_and_leaves_by_order()
    {
        await using var first = await TestNode.StartAsync();
        await using var second = await TestNode.StartAlone(seed: $"127.0.0.1:{TestNode.FreePort()}");
        var alone = await Assert.ThrowsAsync<BackupException>(() => second.AskAsync("cluster", "leader"));
        Assert.StartsWith("This node sees no leader", alone.Message, StringComparison.Ordinal);

        Assert.Equal([$"{second.Address} has joined {first.Address}"], await second.AskAsync("cluster", "join", "-a", first.Name));
        Assert.Equal("Count: 2 nodes", (await second.AskAsync("cluster", "show"))[^1]);

        await using var changes = first.Client.SendAsync(["cluster", "tail"], CancellationToken.None).GetAsyncEnumerator();
        await first.FollowUntilAsync($"MemberUp | {second.Address}", changes);
        Assert.Equal([$"{second.Address} is told to leave"], await first.AskAsync("cluster", "leave", "-a", second.Name));
        await first.FollowUntilAsync($"MemberRemoved | {second.Address}", changes);
        await second.Stopped.Task.WaitAsync(TestLimits.Hang);
        Assert.Equal("Count: 1 nodes", (await first.AskAsync("cluster", "show"))[^1]);
    }

    [Fact]
    public async Task A_node_is_taken_for_dead_by_its_address()
    {
        await using var first = await TestNode.StartAsync(hocon: NoResolver);
        await using var second = await TestNode.StartAsync(seed: first.Name, hocon: NoResolver);
        await using var changes = first.Client.SendAsync(["cluster", "tail"], CancellationToken.None).GetAsyncEnumerator();
        await first.FollowUntilAsync($"MemberUp | {second.Address}", changes);

        Assert.Equal([$"{second.Address} is taken for dead"], await first.AskAsync("cluster", "down", "-a", second.Name));

        await first.FollowUntilAsync($"MemberRemoved | {second.Address}", changes);
    }

    [Fact]
    public async Task Unreachable_nodes_are_shown_so_and_taken_for_dead_together()
    {
        await using var first = await TestNode.StartAsync(hocon: NoResolver);
        await using var second = await TestNode.StartAsync(seed: first.Name, hocon: NoResolver);
        await using var changes = first.Client.SendAsync(["cluster", "tail"], CancellationToken.None).GetAsyncEnumerator();
        await first.FollowUntilAsync($"MemberUp | {second.Address}", changes);

        ((ExtendedActorSystem)second.Actors).Abort();
        await first.FollowUntilAsync($"UnreachableMember | {second.Address}", changes);
        Assert.Contains(await first.AskAsync("cluster", "show"), line => line.Contains("| up | unreachable |", StringComparison.Ordinal));

        Assert.Equal([$"{second.Address} is taken for dead", "Count: 1 nodes"], await first.AskAsync("cluster", "down-unreachable"));

        await first.FollowUntilAsync($"MemberRemoved | {second.Address}", changes);
    }

    [Fact]
    public async Task A_node_that_stops_ends_what_follows_it_in_a_sentence()
    {
        var node = await TestNode.StartAsync();
        await using var changes = node.Client.SendAsync(["cluster", "tail"], CancellationToken.None).GetAsyncEnumerator();
        await node.FollowUntilAsync("MemberUp", changes);

        await node.DisposeAsync();

        var e = await Assert.ThrowsAsync<ClusterAwayException>(() => node.FollowUntilAsync("never", changes));
        Assert.Contains("ended its answer in the middle", e.Message, StringComparison.Ordinal);
    }
}
