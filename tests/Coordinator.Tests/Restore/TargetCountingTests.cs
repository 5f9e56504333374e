using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Coordinator.Tests.Restore;

public sealed class TargetCountingTests
{
    private static readonly PartitionId Orders = new("orders", 0);

    private readonly FakeCluster _cluster = new FakeCluster().WithTopic("orders", partitions: 2);

    [Fact]
    public void A_broker_that_does_not_know_of_a_new_topic_yet_is_asked_again() => LeapingClock.Run(async clock =>
    {
        _cluster.Log(Orders).Append(5).BoundsProblem = new BackupException(FailureKind.Source, "Unknown topic or partition.");
        var counting = new TargetCounting(_cluster.Catalog, clock).CountAsync(Ends(5), CancellationToken.None);
        await Task.Delay(TimeSpan.FromSeconds(3), clock);
        _cluster.Log(Orders).BoundsProblem = null;

        Assert.Equal(new PartitionBounds(0, 5), (await counting)[Orders]);
    });

    [Fact]
    public void One_that_lasts_is_told() => LeapingClock.Run(async clock =>
    {
        _cluster.Log(Orders).BoundsProblem = new BackupException(FailureKind.Source, "Unknown topic or partition.");

        Assert.NotNull((await new TargetCounting(_cluster.Catalog, clock).CountAsync(Ends(0), CancellationToken.None))[Orders].Problem);
        Assert.Equal(TimeSpan.FromSeconds(35), clock.Elapsed);
    });

    [Fact]
    public void What_is_on_its_way_is_waited_for_as_long_as_some_comes() => LeapingClock.Run(async clock =>
    {
        var counting = new TargetCounting(_cluster.Catalog, clock).CountAsync(Ends(50), CancellationToken.None);
        for (var look = 0; look < 5; look++)
        {
            await Task.Delay(TimeSpan.FromSeconds(20), clock);
            _cluster.Log(Orders).Append(10);
        }

        Assert.Equal(new PartitionBounds(0, 50), (await counting)[Orders]);
    });

    [Fact]
    public void What_does_not_come_is_given_up_and_counted_as_it_is() => LeapingClock.Run(async clock =>
    {
        _cluster.Log(Orders).Append(10);

        Assert.Equal(new PartitionBounds(0, 10), (await new TargetCounting(_cluster.Catalog, clock).CountAsync(Ends(50), CancellationToken.None))[Orders]);
        Assert.Equal(TimeSpan.FromSeconds(35), clock.Elapsed);
    });

    private static Dictionary<PartitionId, long> Ends(long end) => new() { [Orders] = end, [new PartitionId("orders", 1)] = 0 };
}
