using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Tests.Pbm;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KafkaBackup.Cli.Tests.Nodes;

/// <summary>What a node says while nobody lets it in.</summary>
public sealed class JoinWatchTests
{
    [Fact]
    public async Task A_node_that_finds_no_seed_says_whom_it_asks_and_when_it_has_joined()
    {
        await using var first = await TestNode.StartAsync();
        await using var second = await TestNode.StartAlone(seed: $"127.0.0.1:{TestNode.FreePort()}");
        var clock = new WatchedClock();
        var seed = second.Services.GetRequiredService<NodeSettings>().Hocon.GetStringList("akka.cluster.seed-nodes")[0];
        using var watch = ActivatorUtilities.CreateInstance<JoinWatch>(second.Services, clock);
        await watch.StartAsync(CancellationToken.None);
        await clock.TimerMade.Task;

        clock.Advance(JoinWatch.Interval);

        Assert.Contains($"after 30 s. It asks {seed}: see that one of them runs", await second.LoggedAsync("This node has not joined the cluster yet"), StringComparison.Ordinal);
        await second.AskAsync("cluster", "join", "-a", first.Name);
        await second.LoggedAsync("This node has joined the cluster");
        await watch.ExecuteTask!;
    }

    private sealed class WatchedClock : FakeTimeProvider
    {
        public TaskCompletionSource TimerMade { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            TimerMade.TrySetResult();
            return timer;
        }
    }
}
