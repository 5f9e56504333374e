using Akka.Actor;
using KafkaBackup.Shared;
using Xunit;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;

namespace KafkaBackup.Coordinator.Tests.Backup;

/// <summary>A run that does not end by itself: it catches up, looks at the source, and visits partitions when it is time.</summary>
public sealed class ContinuousRunTests : ContinuousRunTestBase
{
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
        Recorded(coordinator);
        await AssignedAsync();

        await DiscoverAsync(coordinator);
    }

    [Fact]
    public async Task It_does_not_end_when_all_is_read()
    {
        var coordinator = await CaughtUpAsync();

        await DiscoverAsync(coordinator);

        await Manifest.ExpectNoMsgAsync(Instant);
        await Workers.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task New_records_are_read_when_the_oldest_is_as_old_as_a_segment_may_become()
    {
        var coordinator = await CaughtUpAsync();
        Cluster.Log("orders").Append(3);

        await DiscoverAsync(coordinator);
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

        await DiscoverAsync(coordinator);

        Assert.Equal([new OffsetRange(10, 15)], (await AssignedAsync()).Ranges);
    }

    [Fact]
    public async Task As_many_new_bytes_as_a_segment_may_hold_are_read_at_once_judged_by_what_records_needed_so_far()
    {
        Configuration = Configuration with { Backup = Configuration.Backup with { SegmentMaxBytes = 5_000 } };
        var coordinator = await CaughtUpAsync(bytes: 20_000); // 2,000 bytes a record.
        Cluster.Log("orders").Append(3);

        await DiscoverAsync(coordinator);

        Assert.Equal([new OffsetRange(10, 13)], (await AssignedAsync()).Ranges);
    }

    [Fact]
    public async Task A_partition_is_not_visited_twice_at_the_same_time()
    {
        HasOrders(1);
        var coordinator = await RunningAsync();
        await AssignedAsync();
        Cluster.Log("orders").Append(5);

        await DiscoverAsync(coordinator);
        await LookAfterAsync(coordinator, Interval);
        await DiscoverAsync(coordinator);

        await Workers.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task A_topic_that_appears_is_remembered_and_then_read()
    {
        var coordinator = await CaughtUpAsync();
        Cluster.WithTopic("users").Log("users").Append(4);

        await DiscoverAsync(coordinator);
        var recorded = await Manifest.ExpectMsgAsync<RecordSource>();
        Assert.Equal(["users"], recorded.Topics.Select(topic => topic.Name));
        Recorded(coordinator);
        await LookAfterAsync(coordinator, Interval);
        await DiscoverAsync(coordinator);

        Assert.Equal(("users", "[0, 4)"), await AssignedAsync() is var assigned ? (assigned.Key.Partition.Topic, assigned.Ranges[0].ToString()) : default);
    }

    [Fact]
    public async Task A_topic_that_appears_is_not_read_before_it_is_remembered_though_others_end()
    {
        Configuration = Configuration with { Backup = Configuration.Backup with { SegmentMaxRecords = 5 } };
        var coordinator = await CaughtUpAsync();
        Cluster.Log("orders").Append(5);
        await DiscoverAsync(coordinator);
        var orders = await AssignedAsync();
        Cluster.WithTopic("users").Log("users").Append(5);
        await DiscoverAsync(coordinator);
        await Manifest.ExpectMsgAsync<RecordSource>();

        Ended(coordinator, orders.Key, records: 5);
        await StatusAsync(coordinator);
        await Workers.ExpectNoMsgAsync(Instant);

        Recorded(coordinator);
        await DiscoverAsync(coordinator);
        Assert.Equal("users", (await AssignedAsync()).Key.Partition.Topic);
    }

    [Fact]
    public async Task What_lies_behind_an_open_transaction_is_not_waited_for()
    {
        var coordinator = await CaughtUpAsync();
        Cluster.Log("orders").Append(5).OpenTransactionAt = 12;

        await DiscoverAsync(coordinator);
        await LookAfterAsync(coordinator, Interval);

        Assert.Equal([new OffsetRange(10, 12)], (await AssignedAsync()).Ranges);
    }

    [Fact]
    public async Task Records_that_came_and_went_between_two_looks_at_an_empty_partition_are_wanted_all_the_same()
    {
        Cluster.WithTopic("orders");
        var coordinator = await RunningAsync();
        Cluster.Log("orders").Append(20).DeleteBefore(15);

        await DiscoverAsync(coordinator);
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
    public async Task A_stop_is_its_normal_end()
    {
        var coordinator = await CaughtUpAsync();

        Assert.False((await StopAsync(coordinator)).WasStopped);
    }
}
