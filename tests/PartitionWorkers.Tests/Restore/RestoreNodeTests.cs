using Akka.Actor;
using Akka.TestKit;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.PartitionWorkers.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Kafka;
using KafkaBackup.Testing.Protocol;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;
using static KafkaBackup.Shared.Protocol.RestoreNodeProtocol;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.PartitionWorkers.Tests.Restore;

/// <summary>A node that works for restores which are conducted elsewhere.</summary>
public sealed class RestoreNodeTests : PatientTestKit
{
    private static readonly PartitionId Target = new("restored", 0);
    private static readonly RestorePartition Missing = new(new PartitionId("orders", 0), Target, [new ManifestSegment
    {
        Key = "s", StartOffset = 0, EndOffset = 9, StartTimestamp = 0, EndTimestamp = 0, RecordCount = 10,
    }]);

    private readonly FakeTimeProvider _clock = new();
    private readonly WorkerNode _worker = new(() => "node-1", () => 1);
    private readonly IActorRef _node;
    private readonly IActorRef _permits;
    private readonly FakeCluster _cluster = new FakeCluster().WithTopic("restored", partitions: 2);
    private readonly TaskCompletionSource<IReadOnlyDictionary<PartitionId, RestorePartition>> _orders = new();
    private readonly ManualResetEventSlim _mayEnd = new(initialState: true);
    private int _ended;

    public RestoreNodeTests()
        : base(WireHocon.WithTestScheduler + "akka.actor.serialize-messages = off") // Its workers tell it what stays in its process.
    {
        _permits = Sys.ActorOf(PermitsActor.Props(1024));
        _node = Sys.ActorOf(RestoreNodeActor.Props(new RestoreNodeServices((definition, _) => Open(definition), _worker, _clock, new NodeMemory(_permits, 1024))));
    }

    [Fact]
    public async Task What_it_is_not_asked_for_in_time_is_cut_off_and_not_known_any_more()
    {
        _node.Tell(Order());
        await KnownAsync(isKnown: true);
        Pass(NodeLapse - AskInterval);
        await KnownAsync(isKnown: true);
        Assert.Equal(0, _ended);

        Pass(NodeLapse + AskInterval + AskInterval);

        await KnownAsync(isKnown: false);
        await AwaitConditionAsync(() => Task.FromResult(_ended == 1));
    }

    [Fact]
    public async Task Questions_whose_answers_are_not_heard_do_not_keep_it_at_work()
    {
        _node.Tell(Order());
        for (var (number, passed) = (1, TimeSpan.Zero); passed <= NodeLapse; (number, passed) = (number + 1, passed + AskInterval))
        {
            Assert.True((await _node.Ask<NodeNews>(new AskNode("a", "b", new RateShare(null, null)) { Number = number })).IsKnown);
            Pass(AskInterval);
        }

        Assert.False((await _node.Ask<NodeNews>(new AskNode("a", "b", new RateShare(null, null)) { Number = 99 })).IsKnown);
    }

    [Fact]
    public async Task What_is_cut_off_takes_no_order_that_comes_late()
    {
        _node.Tell(Order());
        _node.Tell(new CutOffAttempt("a"), TestActor);
        await ExpectMsgAsync<AttemptCutOff>();
        Assert.Equal(1, _ended);

        _node.Tell(Order(), TestActor);

        Assert.Equal(FailureKind.Fenced, (await ExpectMsgAsync<NodeNews>()).Refusal!.Kind);
    }

    [Fact]
    public async Task Who_asks_for_the_end_while_it_is_under_way_waits_for_it()
    {
        _node.Tell(Order());
        await KnownAsync(isKnown: true);
        _mayEnd.Reset();
        Pass(NodeLapse + AskInterval);
        await KnownAsync(isKnown: false);

        _node.Tell(new CutOffAttempt("a"), TestActor);
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));
        _mayEnd.Set();

        await ExpectMsgAsync<AttemptCutOff>();
        Assert.Equal(1, _ended);
    }

    [Fact]
    public async Task A_batch_is_begun_once_all_of_it_has_come_and_tells_its_ends_until_it_is_forgotten()
    {
        _orders.SetResult(new Dictionary<PartitionId, RestorePartition> { [Target] = Missing });
        var other = new NodeOrder(Missing.Source, new PartitionId("restored", 1)) { Extent = RestoreExtent.Of(Missing with { Segments = [] }), Limits = TargetLimits.Default };
        _node.Tell(Order(total: 2));
        await KnownAsync(isKnown: false); // What has not come by the time of a question is lost.

        _node.Tell(Order(total: 2) with { Orders = [other] });

        await AwaitConditionAsync(async () => (await NewsAsync()).Ended.Count == 2);
        var ended = (await NewsAsync()).Ended.OrderBy(end => end.Target).ToList();
        Assert.Contains("s is missing: offsets 0 to 9", ended[0].Failure!.Message, StringComparison.Ordinal);
        Assert.Equal((0L, null), (ended[1].Records, ended[1].Failure));
        _node.Tell(new ForgetBatch("a", "b"));
        await KnownAsync(isKnown: false);
    }

    [Fact]
    public async Task It_restores_with_the_memory_that_the_node_has_for_backups_too()
    {
        _permits.Tell(new RequestPermit(PermitUser.Of(new BackupId("nightly")), Bytes: 1, Most: 1), TestActor);
        await ExpectMsgAsync<PermitGranted>();
        _orders.SetResult(new Dictionary<PartitionId, RestorePartition> { [Target] = Missing });
        _node.Tell(Order());
        await KnownAsync(isKnown: true);
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));
        Assert.Empty((await NewsAsync()).Ended);

        _permits.Tell(ReleasePermit.Instance, TestActor);

        await AwaitConditionAsync(async () => (await NewsAsync()).Ended.Count == 1);
    }

    [Fact]
    public async Task A_backup_that_is_another_one_here_or_cannot_be_read_is_for_other_nodes()
    {
        _orders.SetResult(new Dictionary<PartitionId, RestorePartition> { [Target] = Missing.From((_, segments) => [segments[0] with { RecordCount = 3 }]) });
        _node.Tell(Order());

        await AwaitConditionAsync(async () => (await NewsAsync()).Refusal is not null);
        var news = await NewsAsync();
        Assert.StartsWith("node-1 cannot work on the restore: restored:0 cannot be restored: the backup has changed", news.Refusal!.Message, StringComparison.Ordinal);
        Assert.Equal((false, false), (news.IsKnown, news.Refusal.IsRetryable));
    }

    [Fact]
    public async Task What_it_lacks_is_told_by_its_name_and_a_drained_node_takes_nothing()
    {
        _node.Tell(Order() with { Definition = "lacking" }, TestActor);
        Assert.Equal("node-1 cannot work on the restore: The variable SECRET is not set.", (await ExpectMsgAsync<NodeNews>()).Refusal!.Message);

        _worker.Drain();
        _node.Tell(Order(), TestActor);
        Assert.True((await ExpectMsgAsync<NodeNews>()).Refusal!.IsRetryable);
    }

    [Fact]
    public async Task A_node_that_is_drained_gives_back_what_it_has()
    {
        _node.Tell(Order());
        await KnownAsync(isKnown: true);

        _worker.Drain();

        await AwaitConditionAsync(async () => (await NewsAsync()).Ended is [{ WasStopped: true, Records: 0 }]);
    }

    private static OrderRestore Order(int total = 1) =>
        new("a", "b", total, "mode: restore", [NodeWork.ToNode(Missing)]) { Rate = new RateShare(null, null) };

    private RestoreEnvironment Open(string definition) => definition == "lacking"
        ? throw new BackupException(FailureKind.Configuration, "The variable SECRET is not set.")
        : new RestoreEnvironment(new RestoreSection(), new MemoryObjectStore(), _ => _orders.Task, () => new RestoreTarget(new DrySink(), _cluster.Source), End);

    private void End()
    {
        _mayEnd.Wait();
        Interlocked.Increment(ref _ended);
    }

    private Task<NodeNews> NewsAsync() => _node.Ask<NodeNews>(new AskNode("a", "b", new RateShare(null, null)));

    private async Task KnownAsync(bool isKnown) => Assert.Equal(isKnown, (await NewsAsync()).IsKnown);

    private void Pass(TimeSpan time)
    {
        _clock.Advance(time);
        ((TestScheduler)Sys.Scheduler).Advance(time);
    }
}
