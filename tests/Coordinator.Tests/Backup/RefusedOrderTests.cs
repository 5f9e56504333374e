using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using Xunit;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.Coordinator.Tests.Backup;

/// <summary>Orders that a node does not take, or gives back.</summary>
public sealed class RefusedOrderTests : BackupCoordinatorTestBase
{
    private static readonly Fault Unfit = new(FailureKind.Configuration, "node-0 cannot serve backup 'nightly': PASSWORD is not set.", IsRetryable: false);

    [Fact]
    public async Task What_a_node_refuses_is_ordered_from_another_and_the_run_is_whole()
    {
        HasOrders(1);
        var coordinator = await RunningAsync();
        var first = await AssignedAsync();

        coordinator.Tell(Refused(first, "node-0", nodes: 2), Workers);

        var second = await AssignedAsync();
        Assert.Equal((0, 1), (first.Placement, second.Placement));
        Assert.NotEqual(first.Assignment, second.Assignment);
        Assert.Equal(first.Ranges, second.Ranges);
        Ended(coordinator, second.Key, records: 10);
        Assert.True((await FinishAskedAsync()).IsClean);
        Finished(coordinator, records: 10);
        Assert.Equal((0, 0), ((await EndAsync()) is var end ? end.FailedPartitions : -1, end.Failures.Count));
    }

    [Fact]
    public async Task What_all_nodes_refuse_fails_with_the_reason()
    {
        HasOrders(1);
        var coordinator = await RunningAsync();
        coordinator.Tell(Refused(await AssignedAsync(), "node-0", nodes: 2), Workers);

        coordinator.Tell(Refused(await AssignedAsync(), "node-1", nodes: 2), Workers);

        await FinishAskedAsync();
        Finished(coordinator);
        var end = await EndAsync();
        Assert.Equal(1, end.FailedPartitions);
        Assert.Equal([Unfit], end.Failures);
    }

    [Fact]
    public async Task What_was_committed_before_an_order_was_given_back_counts_once()
    {
        HasOrders(1);
        var coordinator = await RunningAsync();
        coordinator.Tell(Refused(await AssignedAsync(), "node-0", nodes: 2) with { Records = 4, Bytes = 40 }, Workers);
        var second = await AssignedAsync();
        Assert.Equal((0, 1, 4L), await ProgressAsync());

        Ended(coordinator, second.Key, records: 6, bytes: 60);

        Assert.Equal((1, 1, 10L), await ProgressAsync());

        async Task<(int Done, int Planned, long Records)> ProgressAsync() =>
            await StatusAsync(coordinator) is var status ? (status.PartitionsDone, status.PartitionsPlanned, status.Records) : default;
    }

    [Fact]
    public async Task Where_no_node_is_left_but_one_that_has_no_shards_yet_the_order_is_repeated_later()
    {
        HasOrders(1);
        var coordinator = await RunningAsync();
        for (var tries = 0; tries < 8; tries++)
        {
            coordinator.Tell(Refused(await AssignedAsync(), "node-0", nodes: 2), Workers);
        }

        await Workers.ExpectNoMsgAsync(Instant);
        await PassAsync(coordinator, Settings.ReassertInterval);

        Ended(coordinator, (await AssignedAsync()).Key, records: 10);
        await Manifest.ExpectMsgAsync<OpenLedger>(); // Repeated as well.
        Assert.True((await FinishAskedAsync()).IsClean);
    }

    [Fact]
    public async Task A_stop_is_told_where_the_order_went()
    {
        HasOrders(1);
        var coordinator = await RunningAsync();
        coordinator.Tell(Refused(await AssignedAsync(), "node-0", nodes: 2), Workers);
        var second = await AssignedAsync();

        coordinator.Tell(new StopBackup(Backup), Requester);

        Assert.Equal(new CancelPartition(second.Key, second.Assignment, Abandon: false) { Placement = 1 }, await Workers.ExpectMsgAsync<CancelPartition>());
    }

    private static PartitionEnded Refused(AssignPartition order, string node, int nodes) =>
        new(order.Key, order.Assignment, Unfit, null) { Refusal = new Refusal(node, nodes) };
}
