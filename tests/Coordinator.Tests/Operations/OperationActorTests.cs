using Akka.Actor;
using Akka.Cluster.Sharding;
using KafkaBackup.Coordinator.Operations;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Operations;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Kafka;
using KafkaBackup.Testing.Protocol;
using KafkaBackup.Testing.Storage;
using Xunit;
using static KafkaBackup.Shared.Protocol.OperationProtocol;

namespace KafkaBackup.Coordinator.Tests.Operations;

public sealed class OperationActorTests : PatientTestKit
{
    private static readonly PartitionId Partition = new("orders", 0);
    private static readonly StartOperation Start = new("op-1", "mode: offset-reset");

    private readonly FakeCluster _cluster = new();
    private readonly MemoryObjectStore _kept = new();
    private readonly ClusterGroups _groups;
    private BackupException? _unreadable;

    public OperationActorTests()
        : base("")
    {
        _cluster.WithTopic("orders").Log(Partition).Append(10);
        _groups = new ClusterGroups(_cluster).With("billing", (Partition, 5));
    }

    [Fact]
    public async Task It_is_carried_out_and_tells_what_came_of_it()
    {
        var actor = Carrier();

        var begun = await actor.Ask<OperationStatus>(Start);
        var ended = await EndOfAsync(actor);

        Assert.Equal(OperationState.Running, begun.State);
        Assert.Equal((1, 10L), (ended.Groups!.Set, _groups["billing", Partition]));
    }

    [Fact]
    public async Task Asked_for_again_it_is_not_carried_out_again_be_its_node_gone()
    {
        var first = Carrier();
        await first.Ask<OperationStatus>(Start);
        await EndOfAsync(first);
        await first.Ask<OperationStatus>(Start);
        await first.GracefulStop(TestLimits.Hang);
        _cluster.Log(Partition).Append(10);

        var second = Carrier();
        await second.Ask<OperationStatus>(Start);
        var ended = await EndOfAsync(second);

        Assert.Equal(1, ended.Groups!.Set);
        Assert.Equal(["billing"], _groups.Set);
        Assert.Equal(10, _groups["billing", Partition]);
    }

    [Fact]
    public async Task Forgotten_it_is_not_known_any_more()
    {
        var actor = Carrier();
        await actor.Ask<OperationStatus>(Start);
        await EndOfAsync(actor);

        Assert.Equal(OperationState.Unknown, (await actor.Ask<OperationStatus>(new ForgetOperation("op-1"))).State);
        ExpectMsg<Passivate>();

        Assert.Empty(await _kept.KeysAsync("_catalogue/operations/"));
    }

    [Fact]
    public async Task Forgotten_with_a_mark_it_is_not_carried_out_for_whoever_asks_later()
    {
        var actor = Carrier();
        await actor.Ask<OperationStatus>(new ForgetOperation("op-1") { LeavesMark = true });
        ExpectMsg<Passivate>();

        await actor.Ask<OperationStatus>(Start);
        var ended = await EndOfAsync(actor);

        Assert.Equal("It was given up, as its object was deleted.", ended.Failure!.Message);
        Assert.Empty(_groups.Set);
    }

    [Fact]
    public async Task What_came_of_it_is_told_though_its_node_is_gone()
    {
        var first = Carrier();
        await first.Ask<OperationStatus>(Start);
        await EndOfAsync(first);
        await first.GracefulStop(TestLimits.Hang);

        Assert.Equal(1, (await Carrier().Ask<OperationStatus>(new GetOperation("op-1"))).Groups!.Set);
    }

    [Fact]
    public async Task A_store_that_was_given_up_may_be_back_the_next_time()
    {
        _unreadable = new StorageException("a", "The bucket does not answer.", new StorageException("a", "503") { IsRetryable = true });
        var actor = Carrier();
        await actor.Ask<OperationStatus>(Start);

        Assert.True((await EndOfAsync(actor)).Failure!.IsRetryable);
    }

    [Fact]
    public async Task Forgotten_while_it_is_under_way_it_ends()
    {
        var gate = new TaskCompletionSource();
        _groups.Gate = gate.Task;
        var actor = Carrier();
        Watch(actor);
        await actor.Ask<OperationStatus>(Start);

        Assert.Equal(OperationState.Running, (await actor.Ask<OperationStatus>(new ForgetOperation("op-1"))).State);

        ExpectTerminated(actor, TestLimits.Hang);
        Assert.Empty(_groups.Set);
    }

    [Fact]
    public async Task Where_its_shard_goes_it_is_carried_out()
    {
        _groups.Gate = new TaskCompletionSource().Task;
        var actor = Carrier();
        Watch(actor);
        await actor.Ask<OperationStatus>(Start);
        _groups.Gate = Task.CompletedTask;

        actor.Tell(OperationActor.HandOver.Instance);

        Assert.Equal(Start, FishForMessage<StartOperation>(_ => true, TestLimits.Hang));
        ExpectTerminated(actor, TestLimits.Hang);
    }

    [Fact]
    public async Task A_node_that_cannot_read_the_definition_says_so_and_is_asked_again()
    {
        _unreadable = new BackupException(FailureKind.Configuration, "There is no Secret 'a/b'.") { IsRetryable = true };
        var actor = Carrier();
        await actor.Ask<OperationStatus>(Start);
        var failed = await EndOfAsync(actor);
        _unreadable = null;

        var again = await actor.Ask<OperationStatus>(Start);

        Assert.Equal(("node-1: There is no Secret 'a/b'.", true), (failed.Failure!.Message, failed.Failure.IsRetryable));
        Assert.Equal(OperationState.Running, again.State);
        Assert.Null((await EndOfAsync(actor)).Failure);
    }

    [Fact]
    public async Task One_that_nobody_asked_for_is_not_known_and_goes()
    {
        Assert.Equal(OperationState.Unknown, (await Carrier().Ask<OperationStatus>(new GetOperation("op-1"))).State);

        ExpectMsg<Passivate>();
    }

    private async Task<OperationStatus> EndOfAsync(IActorRef actor)
    {
        OperationStatus? status = null;
        await AwaitConditionAsync(async () => (status = await actor.Ask<OperationStatus>(new GetOperation("op-1"))).State == OperationState.Ended);
        return status!;
    }

    private IActorRef Carrier() => ActorOfAsTestActorRef<OperationActor>(OperationActor.Props("op-1", new OperationServices(
        _ => _unreadable is not null ? throw _unreadable : new OffsetResetConfiguration
        {
            Target = new KafkaSection { BootstrapServers = ["kafka:9092"] },
            Strategy = ResetStrategy.ToLatest,
            Groups = ["billing"],
        },
        _ => new OperationPorts { Catalog = _cluster.Catalog, Groups = _groups },
        _kept, () => "node-1", () => TestActor, TimeProvider.System)), TestActor);
}
