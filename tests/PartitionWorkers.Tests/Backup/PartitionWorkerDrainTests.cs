using Akka.Cluster.Sharding;
using KafkaBackup.PartitionWorkers.Backup;
using KafkaBackup.Shared.Protocol;
using Xunit;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;

namespace KafkaBackup.PartitionWorkers.Tests.Backup;

/// <summary>Workers of a node that is to have no work.</summary>
public sealed class PartitionWorkerDrainTests : PartitionWorkerTestBase
{
    [Fact]
    public async Task A_drained_node_takes_no_order_and_one_that_is_not_any_more_does()
    {
        Node.Drain();
        var worker = NewWorker();

        worker.Tell(Assigned(Range(0, 10)), Coordinator);

        var refused = await EndAsync();
        Assert.Equal((new Refusal("node-0", 3), Order), (refused.Refusal, refused.Assignment));
        Assert.Contains("node-0 is drained", refused.Failure!.Message, StringComparison.Ordinal);
        await Shard.FishForMessageAsync(message => message is Passivate);

        Node.Undrain();
        worker.Tell(Assigned(Range(0, 10)), Coordinator);
        await Manifest.ExpectMsgAsync<GetUncovered>();
    }

    [Fact]
    public async Task What_is_in_hand_is_given_back_with_what_is_uploaded_committed()
    {
        _ = Source.Append(30).HoldAt(20);
        var worker = await RunningAsync(Range(0, 30));
        var first = await CommitAskedAsync();
        await AwaitAssertAsync(() => Assert.True(Source.IsHeld));
        await AwaitAssertAsync(() => Assert.Equal(2, Store.Calls.Count));

        Node.Drain();
        worker.Tell(Assigned(Range(0, 30)), Coordinator); // It is asserted meanwhile, and not refused: it is about to end.
        Commit(worker, first);

        Assert.Equal(Range(10, 20), (await CommitNextAsync(worker)).Range);
        var end = await CountedEndAsync();
        Assert.Equal((new Refusal("node-0", 3), Order, 20L), (end.Refusal, end.Assignment, end.Records));
        await Permits.FishForMessageAsync(message => message is ReleasePermit);
        await PassivateAsync(worker);
    }

    [Fact]
    public async Task Away_from_its_own_shard_a_worker_that_nobody_asks_for_any_more_gives_up()
    {
        _ = Source.Append(30).HoldAt(20);
        var worker = NewWorker(placement: 1);
        worker.Tell(Assigned(Range(0, 30)), Coordinator);
        await Manifest.ExpectMsgAsync<GetUncovered>();
        await PassAsync(worker, PartitionWorkerActor.OrphanedAfter / 2);
        worker.Tell(Assigned(Range(0, 30)), Coordinator);
        await PassAsync(worker, PartitionWorkerActor.OrphanedAfter / 2);
        Assert.Equal("Waiting", (await StatusAsync(worker)).Phase);

        await PassAsync(worker, PartitionWorkerActor.OrphanedAfter / 2);

        Assert.NotNull((await EndAsync()).Refusal);
    }

    [Fact]
    public async Task A_worker_without_work_gives_nothing_back()
    {
        var worker = NewWorker();
        await PhaseIsAsync(worker, "Unassigned");

        Node.Drain();

        await PhaseIsAsync(worker, "Unassigned");
        await Coordinator.ExpectNoMsgAsync(Instant);
    }
}
