using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Protocol;
using Xunit;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.Coordinator.Tests.Backup;

/// <summary>A run from its start to its end in good order.</summary>
public sealed class BackupCoordinatorRunTests : BackupCoordinatorTestBase
{
    [Fact]
    public async Task A_run_opens_plans_records_assigns_and_finishes()
    {
        HasOrders(2);

        var coordinator = await PlanningAsync();
        var record = await Manifest.ExpectMsgAsync<RecordSource>();
        Assert.Equal("cluster-1", record.ClusterId);
        Assert.Equal([new TopicFacts("orders", 2, "id-1")], record.Topics);
        await Workers.ExpectNoMsgAsync(Instant);
        Recorded(coordinator);

        var assigned = await AssignedAsync(2);
        Assert.Equal([new OffsetRange(0, 20)], assigned[0].Ranges);
        Assert.Equal([new OffsetRange(0, 10)], assigned[1].Ranges);
        Ended(coordinator, assigned[0].Key);
        await Manifest.ExpectNoMsgAsync(Instant);
        Ended(coordinator, assigned[1].Key);

        Assert.True((await FinishAskedAsync()).IsClean);
        await Requester.ExpectNoMsgAsync(Instant);
        Finished(coordinator, records: 30, gaps: 1);
        var finished = await EndAsync();
        Assert.Equal((30, 1, 1, 0, false), (finished.Records, finished.Topics, finished.Gaps, finished.FailedPartitions, finished.WasStopped));
        Assert.Empty(finished.Failures);
    }

    [Fact]
    public async Task Nothing_to_do_finishes_at_once()
    {
        Cluster.WithTopic("orders").Log("orders").Append(10);
        await Ledgers.CommitAsync(Store, [Ledgers.Entry(Ledgers.Orders(), 0, 10)], topics: new TopicFacts("orders", 1, "id-1"));

        var coordinator = await PlanningAsync();

        Assert.Equal(new FinishRun(Backup, Run, IsClean: true), await FinishAskedAsync());
        await Workers.ExpectNoMsgAsync(Instant);
        Finished(coordinator);
        Assert.Empty((await EndAsync()).Failures);
    }

    [Fact]
    public async Task No_topic_at_all_finishes_at_once()
    {
        var coordinator = await PlanningAsync();

        await FinishAskedAsync();
        Finished(coordinator);

        Assert.Equal(0, (await EndAsync()).Topics);
    }

    [Fact]
    public async Task For_each_node_that_joins_more_partitions_are_assigned_at_the_same_time()
    {
        Settings = Settings with { Window = 2 };
        var each = 2 * Configuration.Backup.MaxConcurrentPartitions;
        HasOrders(2 + each + 3);
        var coordinator = await RunningAsync();
        var first = await AssignedAsync(2);
        await Workers.ExpectNoMsgAsync(Instant);

        Nodes = 2;
        Ended(coordinator, first[0].Key);

        await AssignedAsync(1 + each);
        await Workers.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task No_more_partitions_are_assigned_at_once_than_the_window_holds()
    {
        Settings = Settings with { Window = 2 };
        HasOrders(4);

        var coordinator = await RunningAsync();
        var assigned = await AssignedAsync(2);
        Assert.Equal([3, 2], assigned.Select(item => item.Key.Partition.Number));
        await Workers.ExpectNoMsgAsync(Instant);

        Ended(coordinator, assigned[1].Key);
        Assert.Equal(1, (await AssignedAsync()).Key.Partition.Number);
        await Workers.ExpectNoMsgAsync(Instant);
        Ended(coordinator, assigned[0].Key);
        Assert.Equal(0, (await AssignedAsync()).Key.Partition.Number);
    }

    [Fact]
    public async Task A_second_end_of_a_partition_does_not_widen_the_window()
    {
        Settings = Settings with { Window = 1 };
        HasOrders(3);
        var coordinator = await RunningAsync();
        var first = await AssignedAsync();

        Ended(coordinator, first.Key);
        Ended(coordinator, first.Key);

        Assert.Equal(1, (await AssignedAsync()).Key.Partition.Number);
        await Workers.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task An_end_of_another_run_is_not_taken_for_this_one()
    {
        HasOrders(1);
        var coordinator = await RunningAsync();
        var assigned = await AssignedAsync();

        coordinator.Tell(new PartitionEnded(assigned.Key, new AssignmentId(new RunId("run-0"), 1), null, null), Workers);

        await StatusAsync(coordinator);
        await Manifest.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task Assignments_are_repeated_while_they_last()
    {
        HasOrders(2);
        var coordinator = await RunningAsync();
        var assigned = await AssignedAsync(2);
        Ended(coordinator, assigned[0].Key);

        await PassAsync(coordinator, Settings.ReassertInterval);

        var again = await AssignedAsync();
        Assert.Equal(assigned[1].Key, again.Key);
        Assert.Equal(assigned[1].Ranges, again.Ranges);
        await Workers.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task Questions_to_the_manifest_actor_are_repeated_until_answered()
    {
        HasOrders(1);
        var coordinator = NewCoordinator();
        coordinator.Tell(new StartBackup(Backup, Run), Requester);
        await Manifest.ExpectMsgAsync<OpenLedger>();
        await PassAsync(coordinator, Settings.ReassertInterval);
        await Manifest.ExpectMsgAsync<OpenLedger>();

        coordinator.Tell(new LedgerOpened(Backup, Run), Manifest);
        await Manifest.ExpectMsgAsync<RecordSource>();
        await PassAsync(coordinator, Settings.ReassertInterval);
        await Manifest.ExpectMsgAsync<OpenLedger>();
        await Manifest.ExpectMsgAsync<RecordSource>();

        Recorded(coordinator);
        Ended(coordinator, (await AssignedAsync()).Key);
        await FinishAskedAsync();
        await PassAsync(coordinator, Settings.ReassertInterval);
        await Manifest.ExpectMsgAsync<OpenLedger>();
        await FinishAskedAsync();

        Finished(coordinator);
        Finished(coordinator);
        await EndAsync();
        await PassAsync(coordinator, Settings.ReassertInterval);
        await Manifest.ExpectNoMsgAsync(Instant);
        await Requester.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task A_manifest_actor_that_started_anew_is_told_to_open_the_ledger_again()
    {
        HasOrders(1);
        var coordinator = await RunningAsync();
        await AssignedAsync();

        // The singleton has moved: its new ledger actor drops all it hears until a run opens the ledger with it.
        await PassAsync(coordinator, Settings.ReassertInterval);

        Assert.Equal(new OpenLedger(Backup, Run), await Manifest.ExpectMsgAsync<OpenLedger>());
    }

    [Fact]
    public async Task Many_topics_are_recorded_in_messages_of_bounded_size()
    {
        for (var i = 0; i < MaxTopics + 1; i++)
        {
            Cluster.WithTopic($"topic-{i:D4}");
        }

        var coordinator = await PlanningAsync();
        Assert.Equal(MaxTopics, (await Manifest.ExpectMsgAsync<RecordSource>()).Topics.Count);
        await Manifest.ExpectNoMsgAsync(Instant);
        Recorded(coordinator);
        Assert.Single((await Manifest.ExpectMsgAsync<RecordSource>()).Topics);
        Recorded(coordinator);

        await FinishAskedAsync();
    }

    [Fact]
    public async Task Whoever_joins_a_run_under_way_hears_of_its_end()
    {
        HasOrders(1);
        var coordinator = await RunningAsync();
        var joined = CreateTestProbe();

        coordinator.Tell(new StartBackup(Backup, new RunId("run-2")), joined);
        Ended(coordinator, (await AssignedAsync()).Key);
        await FinishAskedAsync();
        Finished(coordinator);

        Assert.Equal(Run, (await joined.ExpectMsgAsync<BackupFinished>()).Run);
    }

    [Fact]
    public async Task A_run_can_follow_a_run()
    {
        HasOrders(1);
        var coordinator = await RunningAsync();
        Ended(coordinator, (await AssignedAsync()).Key, new Fault(FailureKind.Source, "Away.", IsRetryable: false));
        await FinishAskedAsync();
        Finished(coordinator);
        await EndAsync();

        var next = new RunId("run-2");
        coordinator.Tell(new StartBackup(Backup, next), Requester);
        await Manifest.ExpectMsgAsync<OpenLedger>();
        coordinator.Tell(new LedgerOpened(Backup, next), Manifest);
        await Manifest.ExpectMsgAsync<RecordSource>();
        Recorded(coordinator, next);
        coordinator.Tell(new PartitionEnded((await AssignedAsync()).Key, new AssignmentId(next, 1), null, null), Workers);
        Assert.True((await FinishAskedAsync()).IsClean);
        coordinator.Tell(new RunFinished(Backup, next, 10, 0, null), Manifest);

        var finished = await EndAsync();
        Assert.Equal((next, 10, 0), (finished.Run, finished.Records, finished.FailedPartitions));
        Assert.Empty(finished.Failures);
    }

    [Fact]
    public async Task Answers_status_in_every_state()
    {
        HasOrders(2);
        var plan = new TaskCompletionSource();
        Cluster.CatalogGate = plan.Task;
        Assert.Equal(new BackupStatus(Backup, "Idle", 0, 0), await StatusAsync(NewCoordinator()));

        var coordinator = await PlanningAsync();
        Assert.Equal(new BackupStatus(Backup, "Planning", 0, 0), await StatusAsync(coordinator));

        plan.SetResult();
        await Manifest.ExpectMsgAsync<RecordSource>();
        Assert.Equal(new BackupStatus(Backup, "Running", 2, 0, OffsetsPlanned: 30) { Lag = 30 }, await StatusAsync(coordinator));

        Recorded(coordinator);
        var assigned = await AssignedAsync(2);
        Ended(coordinator, assigned[0].Key);
        Assert.Equal(new BackupStatus(Backup, "Running", 2, 1, OffsetsPlanned: 30) { Lag = 10 }, await StatusAsync(coordinator));

        Ended(coordinator, assigned[1].Key);
        await FinishAskedAsync();
        Assert.Equal(new BackupStatus(Backup, "Finishing", 2, 2, OffsetsPlanned: 30) { Lag = 0 }, await StatusAsync(coordinator));
    }
}
