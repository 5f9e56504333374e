using Akka.Actor;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using Xunit;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.Coordinator.Tests.Backup;

/// <summary>Runs that fail, in part or as a whole, and runs that are stopped.</summary>
public sealed class BackupCoordinatorFailureTests : BackupCoordinatorTestBase
{
    private static readonly Fault Away = new(FailureKind.Source, "The broker is away.", IsRetryable: true);
    private static readonly Fault Full = new(FailureKind.Storage, "The disk is full.", IsRetryable: false);

    [Fact]
    public async Task A_failed_partition_does_not_stop_the_others()
    {
        Settings = Settings with { Window = 1 };
        HasOrders(3);
        var coordinator = await RunningAsync();

        Ended(coordinator, (await AssignedAsync()).Key, Away);
        Ended(coordinator, (await AssignedAsync()).Key);
        Ended(coordinator, (await AssignedAsync()).Key);

        Assert.False((await FinishAskedAsync()).IsClean);
        Finished(coordinator, records: 30);
        var finished = await EndAsync();
        Assert.Equal((1, 30), (finished.FailedPartitions, finished.Records));
        Assert.Equal([Away], finished.Failures);
    }

    [Fact]
    public async Task The_same_failure_of_many_partitions_is_told_once_and_a_graver_one_first()
    {
        HasOrders(4);
        var coordinator = await RunningAsync();
        var assigned = await AssignedAsync(4);

        Fault[] failures = [Away, Away, Full, Away];
        foreach (var (assignment, failure) in assigned.Zip(failures))
        {
            Ended(coordinator, assignment.Key, failure);
        }

        await FinishAskedAsync();
        Finished(coordinator);
        var finished = await EndAsync();
        Assert.Equal(4, finished.FailedPartitions);
        Assert.Equal([Full, Away], finished.Failures);
    }

    [Fact]
    public async Task No_more_failures_are_told_than_a_message_holds()
    {
        HasOrders(BackupFinished.MaxFailures + 5);
        var coordinator = await RunningAsync();

        foreach (var assignment in await AssignedAsync(BackupFinished.MaxFailures + 5))
        {
            Ended(coordinator, assignment.Key, Away with { Message = $"{assignment.Key} failed." });
        }

        await FinishAskedAsync();
        Finished(coordinator);
        var finished = await EndAsync();
        Assert.Equal(BackupFinished.MaxFailures, finished.Failures.Count);
        Assert.Equal(BackupFinished.MaxFailures + 5, finished.FailedPartitions);
    }

    [Fact]
    public async Task A_topic_made_anew_fails_and_the_run_goes_on()
    {
        HasOrders(1);
        Cluster.WithTopic("users", topicId: "new").Log("users").Append(10);
        await Ledgers.CommitAsync(
            Store, [Ledgers.Entry(new PartitionId("users", 0), 0, 5)],
            topics: [new("users", 1, "old"), new("orders", 1, "id-1")]);
        var coordinator = await PlanningAsync();

        Ended(coordinator, (await AssignedAsync()).Key);
        await FinishAskedAsync();
        Finished(coordinator, records: 10);

        var finished = await EndAsync();
        Assert.Equal((1, 10), (finished.FailedPartitions, finished.Records));
        Assert.Equal(FailureKind.Source, Assert.Single(finished.Failures).Kind);
    }

    [Fact]
    public async Task A_source_that_cannot_be_asked_finishes_the_run_and_is_reported()
    {
        Cluster.CatalogGate = Task.FromException(new BackupException(FailureKind.Source, Away.Message) { IsRetryable = true });

        var coordinator = await PlanningAsync();
        Assert.False((await FinishAskedAsync()).IsClean);
        Finished(coordinator);

        Assert.Equal([Away], (await EndAsync()).Failures);
        await Workers.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task Another_cluster_under_the_address_is_reported_and_nothing_is_read()
    {
        HasOrders(1);
        await Ledgers.CommitAsync(Store, [Ledgers.Entry(Ledgers.Orders(), 0, 5)], clusterId: "another");

        var coordinator = await PlanningAsync();
        await FinishAskedAsync();
        Finished(coordinator);

        Assert.Equal((FailureKind.Source, false), Assert.Single((await EndAsync()).Failures) is var failure ? (failure.Kind, failure.IsRetryable) : default);
        await Workers.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task A_failing_manifest_actor_ends_the_run_with_its_failure_and_workers_give_up()
    {
        HasOrders(2);
        var coordinator = await RunningAsync();
        var assigned = await AssignedAsync(2);

        coordinator.Tell(new LedgerFailed(Backup, Run, Full), Manifest);

        var finished = await EndAsync();
        Assert.Equal([Full], finished.Failures);
        Assert.Equal(1, finished.Topics);
        var cancelled = new[] { await Workers.ExpectMsgAsync<CancelPartition>(), await Workers.ExpectMsgAsync<CancelPartition>() };
        Assert.All(cancelled, message => Assert.True(message.Abandon));
        Assert.Equal(assigned.Select(item => item.Key).Order(ByPartition), cancelled.Select(item => item.Key).Order(ByPartition));
        await Manifest.ExpectNoMsgAsync(Instant);
        Assert.Equal("Idle", (await StatusAsync(coordinator)).Phase);
    }

    [Fact]
    public async Task A_manifest_actor_that_cannot_open_the_ledger_ends_the_run()
    {
        var coordinator = NewCoordinator();
        coordinator.Tell(new StartBackup(Backup, Run), Requester);
        await Manifest.ExpectMsgAsync<OpenLedger>();

        coordinator.Tell(new LedgerFailed(Backup, Run, Full), Manifest);

        Assert.Equal([Full], (await EndAsync()).Failures);
    }

    [Fact]
    public async Task A_manifest_actor_that_fails_after_the_end_of_a_run_is_not_a_second_end()
    {
        var coordinator = await PlanningAsync();
        await FinishAskedAsync();
        Finished(coordinator);
        await EndAsync();

        coordinator.Tell(new LedgerFailed(Backup, Run, Full), Manifest);

        await StatusAsync(coordinator);
        await Requester.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task A_failure_of_another_run_is_not_taken_for_this_one()
    {
        HasOrders(1);
        var coordinator = await RunningAsync();

        coordinator.Tell(new LedgerFailed(Backup, new RunId("run-0"), Full), Manifest);

        Assert.Equal("Running", (await StatusAsync(coordinator)).Phase);
    }

    [Fact]
    public async Task A_stop_cancels_what_is_assigned_and_finishes_as_stopped()
    {
        Settings = Settings with { Window = 2 };
        HasOrders(3);
        var coordinator = await RunningAsync();
        var assigned = await AssignedAsync(2);

        coordinator.Tell(new StopBackup(Backup));

        var first = await Workers.ExpectMsgAsync<CancelPartition>();
        var second = await Workers.ExpectMsgAsync<CancelPartition>();
        Assert.False(first.Abandon || second.Abandon);
        Assert.Equal("Stopping", (await StatusAsync(coordinator)).Phase);
        await Manifest.ExpectNoMsgAsync(Instant);
        Ended(coordinator, assigned[0].Key);
        Ended(coordinator, assigned[1].Key);
        Assert.False((await FinishAskedAsync()).IsClean);
        Finished(coordinator, records: 12);

        var finished = await EndAsync();
        Assert.Equal((true, 12), (finished.WasStopped, finished.Records));
        Assert.Empty(finished.Failures);
        await Workers.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task Cancellations_are_repeated_until_answered()
    {
        HasOrders(1);
        var coordinator = await RunningAsync();
        await AssignedAsync();
        coordinator.Tell(new StopBackup(Backup));
        var first = await Workers.ExpectMsgAsync<CancelPartition>();

        await PassAsync(coordinator, Settings.ReassertInterval);

        Assert.Equal(first, await Workers.ExpectMsgAsync<CancelPartition>());
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_ever_for_workers()
    {
        HasOrders(2);
        var coordinator = await RunningAsync();
        await AssignedAsync(2);
        coordinator.Tell(new StopBackup(Backup));

        await PassAsync(coordinator, Settings.StopPatience);

        Assert.False((await Manifest.FishForMessageAsync<FinishRun>(_ => true)).IsClean);
        Finished(coordinator);
        Assert.True((await EndAsync()).WasStopped);
    }

    [Fact]
    public async Task A_stopped_run_does_not_count_what_it_never_started_as_done()
    {
        Settings = Settings with { Window = 1 };
        HasOrders(5);
        var coordinator = await RunningAsync();
        await AssignedAsync();

        coordinator.Tell(new StopBackup(Backup));

        Assert.Equal(new BackupStatus(Backup, "Stopping", 5, 0, OffsetsPlanned: 150) { Lag = 150 }, await StatusAsync(coordinator));
    }

    [Fact]
    public async Task A_stop_while_the_ledger_is_opened_ends_the_run_at_once()
    {
        var coordinator = NewCoordinator();
        coordinator.Tell(new StartBackup(Backup, Run), Requester);
        await Manifest.ExpectMsgAsync<OpenLedger>();

        coordinator.Tell(new StopBackup(Backup));
        coordinator.Tell(new LedgerOpened(Backup, Run), Manifest);

        Assert.True((await EndAsync()).WasStopped);
        Assert.Equal("Idle", (await StatusAsync(coordinator)).Phase);
    }

    [Fact]
    public async Task A_stop_while_it_plans_finishes_and_the_plan_is_not_followed()
    {
        HasOrders(1);
        Cluster.CatalogGate = new TaskCompletionSource().Task;
        var coordinator = await PlanningAsync();

        coordinator.Tell(new StopBackup(Backup));

        Assert.False((await FinishAskedAsync()).IsClean);
        Finished(coordinator);
        var finished = await EndAsync();
        Assert.True(finished.WasStopped);
        Assert.Empty(finished.Failures);
        await Workers.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task A_stop_while_topics_are_recorded_finishes_without_assigning()
    {
        HasOrders(1);
        var coordinator = await PlanningAsync();
        await Manifest.ExpectMsgAsync<RecordSource>();

        coordinator.Tell(new StopBackup(Backup));
        Recorded(coordinator);

        await FinishAskedAsync();
        Finished(coordinator);
        Assert.True((await EndAsync()).WasStopped);
        await Workers.ExpectNoMsgAsync(Instant);
    }

    private static IComparer<PartitionKey> ByPartition { get; } = Comparer<PartitionKey>.Create((a, b) => a.Partition.CompareTo(b.Partition));
}
