using Akka.Actor;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Protocol;
using Xunit;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.ManifestProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;
using Failure = KafkaBackup.Shared.Protocol.Failure;

namespace KafkaBackup.Coordinator.Tests.Backup;

/// <summary>A run that does not end by itself: it catches up, looks at the source, and visits partitions when it is time.</summary>
public sealed class ContinuousRunTests : BackupCoordinatorTestBase
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    public ContinuousRunTests()
    {
        Configuration = Configuration with { Backup = new BackupSection { IsContinuous = true, PollInterval = Poll, SegmentMaxInterval = Interval } };
        Settings = Settings with { ReassertInterval = TimeSpan.FromDays(1) }; // So that what comes is new.
    }

    [Fact]
    public async Task What_is_there_at_the_start_is_read_at_once()
    {
        HasOrders(1);

        await RunningAsync();

        Assert.Equal([new OffsetRange(0, 10)], (await AssignedAsync()).Ranges);
    }

    [Fact]
    public async Task A_slow_store_does_not_put_off_the_first_look_at_the_source()
    {
        HasOrders(1);
        var coordinator = await PlanningAsync();
        await Manifest.ExpectMsgAsync<RecordSource>();
        Clock.Advance(TimeSpan.FromSeconds(3));
        coordinator.Tell(new SourceRecorded(Backup, Run), Manifest);
        await AssignedAsync();

        await LookAsync(coordinator);
    }

    [Fact]
    public async Task It_does_not_end_when_all_is_read()
    {
        var coordinator = await CaughtUpAsync();

        await LookAsync(coordinator);

        await Manifest.ExpectNoMsgAsync(Instant);
        await Workers.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task New_records_are_read_when_the_oldest_is_as_old_as_a_segment_may_become()
    {
        var coordinator = await CaughtUpAsync();
        Cluster.Log("orders").Append(3);

        await LookAsync(coordinator);
        await Workers.ExpectNoMsgAsync(Instant);
        Cluster.Log("orders").Append(2);
        await LookAfterAsync(coordinator, Interval);

        Assert.Equal([new OffsetRange(10, 15)], (await AssignedAsync()).Ranges);
    }

    [Fact]
    public async Task As_many_new_records_as_a_segment_may_hold_are_read_at_once()
    {
        Configuration = Configuration with { Backup = Configuration.Backup with { SegmentMaxRecords = 5 } };
        var coordinator = await CaughtUpAsync();
        Cluster.Log("orders").Append(5);

        await LookAsync(coordinator);

        Assert.Equal([new OffsetRange(10, 15)], (await AssignedAsync()).Ranges);
    }

    [Fact]
    public async Task As_many_new_bytes_as_a_segment_may_hold_are_read_at_once_judged_by_what_records_needed_so_far()
    {
        Configuration = Configuration with { Backup = Configuration.Backup with { SegmentMaxBytes = 5_000 } };
        var coordinator = await CaughtUpAsync(bytes: 20_000); // 2,000 bytes a record.
        Cluster.Log("orders").Append(3);

        await LookAsync(coordinator);

        Assert.Equal([new OffsetRange(10, 13)], (await AssignedAsync()).Ranges);
    }

    [Fact]
    public async Task A_partition_is_not_visited_twice_at_the_same_time()
    {
        HasOrders(1);
        var coordinator = await RunningAsync();
        await AssignedAsync();
        Cluster.Log("orders").Append(5);

        await LookAsync(coordinator);
        await LookAfterAsync(coordinator, Interval);
        await LookAsync(coordinator);

        await Workers.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task A_topic_that_appears_is_remembered_and_then_read()
    {
        var coordinator = await CaughtUpAsync();
        Cluster.WithTopic("users").Log("users").Append(4);

        await LookAsync(coordinator);
        var recorded = await Manifest.ExpectMsgAsync<RecordSource>();
        Assert.Equal(["users"], recorded.Topics.Select(topic => topic.Name));
        coordinator.Tell(new SourceRecorded(Backup, Run), Manifest);
        await LookAfterAsync(coordinator, Interval);
        await LookAsync(coordinator);

        Assert.Equal(("users", "[0, 4)"), await AssignedAsync() is var assigned ? (assigned.Key.Partition.Topic, assigned.Ranges[0].ToString()) : default);
    }

    [Fact]
    public async Task What_lies_behind_an_open_transaction_is_not_waited_for()
    {
        var coordinator = await CaughtUpAsync();
        Cluster.Log("orders").Append(5).OpenTransactionAt = 12;

        await LookAsync(coordinator);
        await LookAfterAsync(coordinator, Interval);

        Assert.Equal([new OffsetRange(10, 12)], (await AssignedAsync()).Ranges);
    }

    [Fact]
    public async Task A_failed_partition_is_visited_again_later_and_later_and_stops_no_other()
    {
        var coordinator = await CaughtUpAsync(partitions: 2);
        Cluster.Log("orders", 0).Append(5);
        await LookAsync(coordinator);
        await LookAfterAsync(coordinator, Interval);
        Ended(coordinator, (await AssignedAsync()).Key, new Failure(FailureKind.Storage, "disk", IsRetryable: true));
        Cluster.Log("orders", 1).Append(5);

        await LookAsync(coordinator);
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
        await LookAsync(coordinator);
        await LookAfterAsync(coordinator, Interval);
        Ended(coordinator, (await AssignedAsync()).Key, new Failure(FailureKind.Storage, "disk", IsRetryable: true));
        await LookAsync(coordinator);
        await LookAfterAsync(coordinator, Interval);
        Ended(coordinator, (await AssignedAsync()).Key, records: 5);

        Assert.Equal((0, 0), await StopAsync(coordinator) is var end ? (end.FailedPartitions, end.Failures.Count) : default);
    }

    [Fact]
    public async Task A_partition_that_fails_at_the_end_counts()
    {
        var coordinator = await CaughtUpAsync();
        Cluster.Log("orders").Append(5);
        await LookAsync(coordinator);
        await LookAfterAsync(coordinator, Interval);
        Ended(coordinator, (await AssignedAsync()).Key, new Failure(FailureKind.Storage, "disk", IsRetryable: true));

        Assert.Equal((1, "disk"), await StopAsync(coordinator) is var end ? (end.FailedPartitions, end.Failures[0].Message) : default);
    }

    [Fact]
    public async Task A_source_that_cannot_be_looked_at_is_looked_at_again()
    {
        var coordinator = await CaughtUpAsync();
        Cluster.CatalogGate = Task.FromException(new BackupException(FailureKind.Source, "away"));
        await LookAsync(coordinator);
        Cluster.CatalogGate = Task.CompletedTask;
        Cluster.Log("orders").Append(5);

        await LookAsync(coordinator);
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
        await AwaitConditionAsync(async () => (await StatusAsync(coordinator)).Phase == "Looking");
        Clock.Advance(TimeSpan.FromSeconds(30));
        away.SetException(new BackupException(FailureKind.Source, "away"));
        await AwaitConditionAsync(async () => (await StatusAsync(coordinator)).Phase == "Waiting");
        Cluster.CatalogGate = Task.CompletedTask;

        await LookAsync(coordinator);
    }

    [Fact]
    public async Task Records_that_came_and_went_between_two_looks_at_an_empty_partition_are_wanted_all_the_same()
    {
        Cluster.WithTopic("orders");
        var coordinator = await RunningAsync();
        Cluster.Log("orders").Append(20).DeleteBefore(15);

        await LookAsync(coordinator);
        await LookAfterAsync(coordinator, Interval);

        Assert.Equal([new OffsetRange(0, 20)], (await AssignedAsync()).Ranges);
    }

    [Fact]
    public async Task A_stop_while_nothing_is_read_leaves_nothing_behind()
    {
        var coordinator = await CaughtUpAsync();
        coordinator.Tell(new StopBackup(Backup));

        Assert.True((await FinishAskedAsync()).IsClean);
    }

    [Fact]
    public async Task A_source_that_is_away_at_the_end_is_told()
    {
        var coordinator = await CaughtUpAsync();
        Cluster.CatalogGate = Task.FromException(new BackupException(FailureKind.Source, "away"));
        await LookAsync(coordinator);

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

        await LookAsync(coordinator);
        await LookAfterAsync(coordinator, Interval);

        Assert.Equal([new OffsetRange(10, 15)], (await AssignedAsync()).Ranges);
        Ended(coordinator, new PartitionKey(Backup, Ledgers.Orders()));
        Assert.Contains("'users'", Assert.Single((await StopAsync(coordinator)).Failures).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_is_its_normal_end()
    {
        var coordinator = await CaughtUpAsync();

        Assert.False((await StopAsync(coordinator)).WasStopped);
    }

    /// <summary>A run that has read ten records of each partition.</summary>
    private async Task<IActorRef> CaughtUpAsync(int partitions = 1, long bytes = 0)
    {
        for (var number = 0; number < partitions; number++)
        {
            Cluster.WithTopic("orders", partitions).Log("orders", number).Append(10);
        }

        var coordinator = await RunningAsync();
        foreach (var assigned in await AssignedAsync(partitions))
        {
            Ended(coordinator, assigned.Key, records: 10, bytes: bytes);
        }

        return coordinator;
    }

    /// <summary>Lets the poll interval pass, and waits until the look is over.</summary>
    private Task LookAsync(IActorRef coordinator) => LookAfterAsync(coordinator, Poll);

    private async Task LookAfterAsync(IActorRef coordinator, TimeSpan time)
    {
        var looks = Cluster.Looks;
        await PassAsync(coordinator, time);
        await AwaitConditionAsync(async () => Cluster.Looks > looks && (await StatusAsync(coordinator)).Phase != "Looking");
    }

    private async Task<BackupFinished> StopAsync(IActorRef coordinator)
    {
        coordinator.Tell(new StopBackup(Backup));
        await FinishAskedAsync();
        Finished(coordinator);
        return await EndAsync();
    }
}
