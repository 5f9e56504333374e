using Akka.Actor;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Testing.Storage;
using Xunit;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.PartitionWorkers.Tests.Backup;

/// <summary>Ends that come from outside, and what a worker says of itself at any time.</summary>
public sealed class PartitionWorkerStopTests : PartitionWorkerTestBase
{
    private readonly TaskCompletionSource _never = new();

    [Fact]
    public async Task Answers_status_while_uploading()
    {
        Store.Decide = _ => StoreFault.Delay(_never);
        Source.Append(10);
        var worker = await RunningAsync(Range(0, 10));
        await AwaitAssertAsync(() => Assert.Single(Store.Calls));

        Assert.Equal(new PartitionStatus(Key, "Running", null), await StatusAsync(worker));
    }

    [Fact]
    public async Task Answers_status_in_every_other_state()
    {
        Cluster.CatalogGate = _never.Task;
        Source.Append(30).DeleteBefore(5);
        var worker = NewWorker();
        await PhaseIsAsync(worker, "Unassigned");

        worker.Tell(Assigned(Range(0, 30)), Coordinator);
        await Manifest.ExpectMsgAsync<GetUncovered>();
        Assert.Equal("Waiting", (await StatusAsync(worker)).Phase);

        Answer(worker, Range(0, 30));
        await Permits.ExpectMsgAsync<RequestPermit>();
        Assert.Equal("Waiting", (await StatusAsync(worker)).Phase);

        Grant(worker);
        await Manifest.ExpectMsgAsync<GetUncovered>();
        Answer(worker, Range(0, 30));
        await AwaitAssertAsync(() => Assert.Equal(1, Cluster.BoundsRead));
        Assert.Equal("Waiting", (await StatusAsync(worker)).Phase);

        Cancel(worker);
        await EndAsync();
        Assert.Equal("Unassigned", (await StatusAsync(worker)).Phase);
    }

    [Fact]
    public async Task Answers_status_while_it_waits_for_a_commit_to_stop()
    {
        Source.Append(10);
        var worker = await RunningAsync(Range(0, 10));
        var asked = await CommitAskedAsync();

        Cancel(worker);

        Assert.Equal("Stopping", (await StatusAsync(worker)).Phase);
        Commit(worker, asked);
        await EndAsync();
        Assert.Equal(new PartitionStatus(Key, "Unassigned", 10), await StatusAsync(worker));
    }

    [Fact]
    public async Task Releases_its_permit_when_stopped_mid_upload()
    {
        Store.Decide = _ => StoreFault.Delay(_never);
        Source.Append(10);
        var worker = await RunningAsync(Range(0, 10));
        await AwaitAssertAsync(() => Assert.Single(Store.Calls));

        Cancel(worker);

        await Permits.ExpectMsgAsync<ReleasePermit>();
        Assert.Equal(new PartitionEnded(Key, Order, null, null), await EndAsync());
        await Manifest.ExpectNoMsgAsync(Instant);
        Assert.Equal(0, Source.OpenStreams);
    }

    [Fact]
    public async Task Its_permit_is_free_again_when_it_is_killed_mid_upload()
    {
        var permit = new RequestPermit(PermitUser.Of(Key.Backup), Bytes: 10, Most: 100);
        var permits = Sys.ActorOf(PermitsActor.Props(10));
        Store.Decide = _ => StoreFault.Delay(_never);
        Source.Append(10);
        var worker = await WaitingAsync(Range(0, 10));
        permits.Tell(permit, worker);
        await AwaitAssertAsync(() => Assert.Single(Store.Calls));
        permits.Tell(permit, Permits);

        Sys.Stop(worker);

        await Permits.ExpectMsgAsync<PermitGranted>();
        await AwaitAssertAsync(() => Assert.Equal(0, Source.OpenStreams));
    }

    [Fact]
    public async Task When_cancelled_it_commits_what_is_uploaded_and_drops_the_rest()
    {
        _ = Source.Append(30).HoldAt(20);
        var worker = await RunningAsync(Range(0, 30));
        var first = await CommitAskedAsync();
        await AwaitAssertAsync(() => Assert.Equal(2, Store.Calls.Count));
        await AwaitAssertAsync(() => Assert.True(Source.IsHeld));

        Cancel(worker);
        Commit(worker, first);

        Assert.Equal(Range(10, 20), (await CommitNextAsync(worker)).Range);
        Assert.Equal(new PartitionEnded(Key, Order, null, null), await EndAsync());
        Assert.Equal(2, Store.Calls.Count);
        await PassivateAsync(worker);
    }

    [Fact]
    public async Task When_cancelled_it_still_repeats_the_commit_until_answered()
    {
        Source.Append(10);
        var worker = await RunningAsync(Range(0, 10));
        var asked = await CommitAskedAsync();

        Cancel(worker);
        await PassAsync(worker, Settings.AnswerPatience);

        Assert.Equal(asked, await CommitAskedAsync());
    }

    [Fact]
    public async Task When_abandoned_it_commits_nothing_any_more()
    {
        Source.Append(10);
        var worker = await RunningAsync(Range(0, 10));
        await CommitAskedAsync();

        Cancel(worker, abandon: true);

        Assert.Equal(new PartitionEnded(Key, Order, null, null), await EndAsync());
        await PassAsync(worker, Settings.AnswerPatience * 2);
        await Manifest.ExpectNoMsgAsync(Instant);
        await PassivateAsync(worker);
    }

    [Fact]
    public async Task When_abandoned_an_upload_that_ends_later_is_not_committed_either()
    {
        var gate = new TaskCompletionSource();
        Store.Decide = _ => StoreFault.DelayAnswer(gate);
        Source.Append(10);
        var worker = await RunningAsync(Range(0, 10));
        await AwaitAssertAsync(() => Assert.Single(Store.Calls));

        Cancel(worker, abandon: true);
        gate.SetResult();

        await EndAsync();
        await Manifest.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task Stops_at_once_while_it_waits_for_an_answer()
    {
        var worker = await AskingAsync(Range(0, 10));

        Cancel(worker);

        Assert.Equal(new PartitionEnded(Key, Order, null, null), await EndAsync());
        await PassivateAsync(worker);
    }

    [Fact]
    public async Task Leaves_the_queue_for_a_permit_when_stopped()
    {
        var worker = await WaitingAsync(Range(0, 10));

        Cancel(worker);

        await Permits.ExpectMsgAsync<ReleasePermit>();
        await EndAsync();
        Grant(worker);
        await Permits.ExpectMsgAsync<ReleasePermit>();
        Assert.Empty(Source.Opened);
    }

    [Fact]
    public async Task Stops_in_the_pause_after_a_failure()
    {
        Source.Append(10).FailAt(0, new BackupException(FailureKind.Source, "Away.") { IsRetryable = true });
        var worker = await RunningAsync(Range(0, 10));
        await PhaseIsAsync(worker, "Waiting");

        Cancel(worker);

        Assert.Equal(new PartitionEnded(Key, Order, null, null), await EndAsync());
        await PassAsync(worker, Settings.MaxBackoff);
        await Manifest.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task A_cancellation_without_an_assignment_is_answered()
    {
        var worker = NewWorker();

        Cancel(worker);

        Assert.Equal(new PartitionEnded(Key, Order, null, null), await EndAsync());
        await PassivateAsync(worker);
    }

    [Fact]
    public async Task A_cancellation_after_the_end_is_answered_again()
    {
        var worker = await AskingAsync(Range(0, 10));
        Answer(worker);
        await EndAsync();

        Cancel(worker);

        Assert.Equal(new PartitionEnded(Key, Order, null, null), await EndAsync());
    }

    [Fact]
    public async Task When_handed_over_it_stops_by_itself()
    {
        // A shard that is being handed over waits for its entities to die, and does not listen to their wish to passivate.
        var worker = await AskingAsync(Range(0, 10));
        Watch(worker);

        worker.Tell(StopPartition.Instance);

        await ExpectTerminatedAsync(worker);
    }

    [Fact]
    public async Task When_handed_over_without_an_assignment_it_stops_by_itself()
    {
        var worker = NewWorker();
        Watch(worker);

        worker.Tell(StopPartition.Instance);

        await ExpectTerminatedAsync(worker);
    }

    [Fact]
    public async Task When_handed_over_it_commits_what_is_uploaded_and_tells_nobody_that_it_is_through()
    {
        _ = Source.Append(20).HoldAt(10);
        var worker = await RunningAsync(Range(0, 20));
        var asked = await CommitAskedAsync();
        Watch(worker);

        worker.Tell(StopPartition.Instance);
        Commit(worker, asked);

        await ExpectTerminatedAsync(worker);
        await Coordinator.ExpectNoMsgAsync(Instant); // Half is left: the next re-assertion starts a worker elsewhere.
    }

    [Fact]
    public async Task A_cancellation_of_another_order_is_answered_and_changes_nothing()
    {
        var worker = await AskingAsync(Range(0, 10));
        var other = new AssignmentId(new RunId("run-0"), 1);

        worker.Tell(new CancelPartition(Key, other, Abandon: true), Coordinator);

        Assert.Equal(new PartitionEnded(Key, other, null, null), await EndAsync());
        Assert.Equal("Waiting", (await StatusAsync(worker)).Phase);
    }

    [Fact]
    public async Task A_stopping_worker_begins_the_next_order_when_it_has_ended_the_first()
    {
        Source.Append(20);
        var worker = await RunningAsync(Range(0, 10));
        var asked = await CommitAskedAsync();
        var next = Assigned(Range(0, 20)) with { Assignment = new AssignmentId(new RunId("run-2"), 1) };

        Cancel(worker);
        worker.Tell(next, Coordinator);
        Commit(worker, asked);

        Assert.Equal(Order, (await EndAsync()).Assignment);
        Assert.Equal(next.Assignment, (await Manifest.ExpectMsgAsync<GetUncovered>()).Assignment);
        worker.Tell(new Uncovered(Key.Backup, Key.Partition, next.Assignment, [], Epoch), Manifest);
        Assert.Equal(next.Assignment, (await EndAsync()).Assignment);
    }

    private void Cancel(IActorRef worker, bool abandon = false) => worker.Tell(new CancelPartition(Key, Order, abandon), Coordinator);
}
