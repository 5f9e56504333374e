using Akka.Cluster;
using KafkaBackup.Cli.Tests.Pbm;
using Xunit;

namespace KafkaBackup.Cli.Tests.Nodes;

/// <summary>What a node says of the others.</summary>
public sealed class MemberWatchTests
{
    [Fact]
    public async Task A_node_logs_when_others_come_fall_silent_answer_again_and_go()
    {
        await using var node = await TestNode.StartAsync();
        await using var second = await TestNode.StartAsync(seed: node.Name);
        await using var third = await TestNode.StartAsync(seed: node.Name);
        await node.LoggedAsync($"Node {second.Address} is in the cluster");
        await node.LoggedAsync($"Node {third.Address} is in the cluster");
        var member = Akka.Cluster.Cluster.Get(node.Actors).State.Members.Single(one => one.Address.ToString() == second.Address);
        var watch = node.Actors.ActorSelection("/user/member-watch");

        watch.Tell(new ClusterEvent.UnreachableMember(member));
        await node.LoggedAsync($"[WARN] Node {second.Address} does not answer");
        watch.Tell(new ClusterEvent.ReachableMember(member));
        await node.LoggedAsync($"Node {second.Address} answers again");
        await node.AskAsync("cluster", "leave", "-a", second.Address);
        await node.LoggedAsync($"Node {second.Address} has left the cluster");
        await node.AskAsync("cluster", "down", "-a", third.Address);
        await node.LoggedAsync($"[WARN] Node {third.Address} was taken for dead");
    }
}
