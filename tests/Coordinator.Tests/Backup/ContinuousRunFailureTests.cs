using KafkaBackup.Coordinator.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Protocol;
using Xunit;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.Coordinator.Tests.Backup;

/// <summary>What goes wrong during a run that does not end by itself: it stops nothing else, is tried again, and is told.</summary>
public sealed class ContinuousRunFailureTests : ContinuousRunTestBase
{
    [Fact]
    public async Task A_fault_of_the_program_ends_the_run_and_is_told()
    {
        HasOrders(1);
        var coordinator = await RunningAsync();
        var assigned = await AssignedAsync();

        coordinator.Tell(new CoordinatorMessages.Refreshed(Run, null!, TimeSpan.Zero), Manifest);

        Assert.Equal(assigned.Key, (await Workers.ExpectMsgAsync<CancelPartition>()).Key);
        var failure = Assert.Single((await EndAsync()).Failures);
        Assert.Equal((FailureKind.Internal, false), (failure.Kind, failure.IsRetryable));
        Assert.Contains("a fault of this program (", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_partition_is_visited_again_later_and_later_and_stops_no_other()
    {
        var coordinator = await CaughtUpAsync(partitions: 2);
        Cluster.Log("orders", 0).Append(5);
        await DiscoverAsync(coordinator);
        await LookAfterAsync(coordinator, Interval);
        Ended(coordinator, (await AssignedAsync()).Key, new Fault(FailureKind.Storage, "disk", IsRetryable: true));
        Cluster.Log("orders", 1).Append(5);

        await DiscoverAsync(coordinator);
        await LookAfterAsync(coordinator, TimeSpan.FromSeconds(30));
        Assert.Equal(0, (await AssignedAsync()).Key.Partition.Number);
        await LookAfterAsync(coordinator, TimeSpan.FromSeconds(30));

        Assert.Equal(1, (await Workers.FishForMessageAsync<AssignPartition>(assigned => assigned.Key.Partition.Number == 1)).Key.Partition.Number);
    }

    [Fact]
    public async Task A_partition_that_failed_and_is_back_does_not_count_at_the_end()
    {
        var coordinator = await CaughtUpAsync();
        Cluster.Log("orders").Append(5);
        await DiscoverAsync(coordinator);
        await LookAfterAsync(coordinator, Interval);
        Ended(coordinator, (await AssignedAsync()).Key, new Fault(FailureKind.Storage, "disk", IsRetryable: true));
        await DiscoverAsync(coordinator);
        await LookAfterAsync(coordinator, Interval);
        Ended(coordinator, (await AssignedAsync()).Key, records: 5);

        Assert.Equal((0, 0), await StopAsync(coordinator) is var end ? (end.FailedPartitions, end.Failures.Count) : default);
    }

    [Fact]
    public async Task A_partition_that_fails_at_the_end_counts()
    {
        var coordinator = await CaughtUpAsync();
        Cluster.Log("orders").Append(5);
        await DiscoverAsync(coordinator);
        await LookAfterAsync(coordinator, Interval);
        Ended(coordinator, (await AssignedAsync()).Key, new Fault(FailureKind.Storage, "disk", IsRetryable: true));

        Assert.Equal((1, "disk"), await StopAsync(coordinator) is var end ? (end.FailedPartitions, end.Failures[0].Message) : default);
    }

    [Fact]
    public async Task A_source_that_cannot_be_looked_at_is_looked_at_again()
    {
        var coordinator = await CaughtUpAsync();
        Cluster.CatalogGate = Task.FromException(new BackupException(FailureKind.Source, "away"));
        await DiscoverAsync(coordinator);
        Cluster.CatalogGate = Task.CompletedTask;
        Cluster.Log("orders").Append(5);

        await DiscoverAsync(coordinator);
        await LookAfterAsync(coordinator, Interval);

        Assert.Equal([new OffsetRange(10, 15)], (await AssignedAsync()).Ranges);
        Ended(coordinator, new PartitionKey(Backup, Ledgers.Orders()));
        Assert.Empty((await StopAsync(coordinator)).Failures);
    }

    [Fact]
    public async Task A_look_that_waited_long_in_vain_is_made_again_one_poll_later()
    {
        var coordinator = await CaughtUpAsync();
        var away = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Cluster.CatalogGate = away.Task;
        await PassAsync(coordinator, Poll);
        await AwaitConditionAsync(async () => (await StatusAsync(coordinator)).Phase == "Refreshing");
        Clock.Advance(TimeSpan.FromSeconds(30));
        away.SetException(new BackupException(FailureKind.Source, "away"));
        await AwaitConditionAsync(async () => (await StatusAsync(coordinator)).Phase == "Waiting");
        Cluster.CatalogGate = Task.CompletedTask;

        await DiscoverAsync(coordinator);
    }

    [Fact]
    public async Task A_source_that_is_away_at_the_end_is_told()
    {
        var coordinator = await CaughtUpAsync();
        Cluster.CatalogGate = Task.FromException(new BackupException(FailureKind.Source, "away"));
        await DiscoverAsync(coordinator);

        Assert.Equal("away", Assert.Single((await StopAsync(coordinator)).Failures).Message);
    }

    [Fact]
    public async Task A_topic_that_was_named_and_is_deleted_is_told_and_stops_no_other()
    {
        Configuration = Configuration with { Source = Configuration.Source with { Topics = new TopicsSection { Include = ["orders", "users"] } } };
        Cluster.WithTopic("users");
        var coordinator = await CaughtUpAsync();
        Cluster.Delete("users");
        Cluster.Log("orders").Append(5);

        await DiscoverAsync(coordinator);
        await LookAfterAsync(coordinator, Interval);

        Assert.Equal([new OffsetRange(10, 15)], (await AssignedAsync()).Ranges);
        Ended(coordinator, new PartitionKey(Backup, Ledgers.Orders()));
        Assert.Contains("'users'", Assert.Single((await StopAsync(coordinator)).Failures).Message, StringComparison.Ordinal);
    }
}
