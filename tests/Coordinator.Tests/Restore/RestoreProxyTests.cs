using System.Collections.Concurrent;
using Akka.Actor;
using Akka.TestKit;
using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Coordinator.Restore.Nodes;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Kafka;
using KafkaBackup.Testing.Protocol;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static KafkaBackup.Shared.Protocol.RestoreNodeProtocol;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Tests.Restore;

/// <summary>Partitions that are restored by another node, which may refuse them, lose them or fall silent.</summary>
public sealed class RestoreProxyTests : PatientTestKit
{
    private const string Node = "a-node";

    private static readonly PartitionId Target = new("restored", 0);
    private static readonly RestorePartition Order = new(new PartitionId("orders", 0), Target, []) { Base = 2 };

    private readonly FakeTimeProvider _clock = new();
    private readonly ConcurrentQueue<object> _sent = [];
    private readonly FakeCluster _cluster = new FakeCluster().WithTopic("restored", partitions: 1);
    private readonly FakeTopics _topics = new() { There = { ["restored"] = new ExistingTopic("restored", 1, new Dictionary<string, string>(), new HashSet<string>()) { IsInSync = true } } };
    private readonly TestProbe _coordinator;
    private readonly RestoreCrew _crew;

    public RestoreProxyTests()
        : base(WireHocon.WithTestScheduler + "akka.actor.serialize-messages = off") // What it tells its coordinator stays in its process.
    {
        _coordinator = CreateTestProbe();
        var sent = _sent;
        Sys.ActorOf(Props.Create(() => new Keeping(sent)), Node);
        _crew = new RestoreCrew(Sys, "mode: restore", new RestoreSection { MaxRecordsPerSecond = 100, MaxConcurrentPartitions = 4 }, Node, () => [((ExtendedActorSystem)Sys).Provider.DefaultAddress], _clock);
        _crew.Begin(new RestorePlan { Topics = [new RestoreTopic("orders", new NewTopic("restored", 2, 1, new Dictionary<string, string>()), new Dictionary<string, string?>())], Orders = [Order, Order with { Target = new PartitionId("restored", 1) }], Notes = [] });
    }

    [Fact]
    public async Task The_end_that_the_node_tells_is_told()
    {
        var (proxy, order) = await BegunAsync();
        Assert.Equal((1, 2L, 50.0), (order.Total, order.Orders[0].Base, order.Rate.Records)); // One of two that are to be in work at a time.

        Answer(proxy, order, news => news with { Ended = [new NodeRestored(Target) { Records = 9 }], Records = 11, Bytes = 12 });

        Assert.Equal((Target, 9L), await EndAsync());
        await MoveOnAsync(() => Sent<ForgetBatch>().Any());
        Assert.Equal((11L, 12L), (_crew.Records, _crew.Bytes));
    }

    [Fact]
    public async Task A_node_that_was_started_anew_is_ordered_from_where_the_target_is()
    {
        Hold(offsets: 7);
        var (proxy, order) = await BegunAsync();
        Answer(proxy, order, news => news with { Positions = [new NodePosition(Target, 3, 30)] });
        Assert.Equal(3, (await PositionAsync()).Records);

        Answer(proxy, order, news => news with { IsKnown = false });

        var again = await OrderedAgainAsync();
        Assert.NotEqual(order.Batch, again.Batch);
        Assert.Equal((5L, 3L, 30L), (again.Orders[0].There, again.Orders[0].Noted!.Records, again.Orders[0].Noted!.SourceOffset));
    }

    [Fact]
    public async Task A_node_that_is_silent_is_given_up_only_when_it_has_cut_itself_off()
    {
        Hold(offsets: 2);
        var (proxy, order) = await BegunAsync();

        Pass(NodeLapse);
        await MoveOnAsync(() => Sent<AskNode>().Any());
        Assert.Single(Sent<OrderRestore>());

        Assert.Equal(0, (await OrderedAgainAsync()).Orders[0].There);
    }

    [Fact]
    public async Task What_a_drained_node_gives_back_goes_on()
    {
        Hold(offsets: 6);
        var (proxy, order) = await BegunAsync();

        Answer(proxy, order, news => news with { Ended = [new NodeRestored(Target) { Records = 4, WasStopped = true }] });
        await MoveOnAsync(() => Sent<ForgetBatch>().Any());
        Pass(TimeSpan.FromMinutes(2)); // It is asked again, as it is the only one.

        Assert.Equal(4, (await OrderedAgainAsync()).Orders[0].There);
    }

    [Fact]
    public async Task When_every_node_refuses_for_good_it_fails_with_that_reason()
    {
        var (proxy, order) = await BegunAsync();

        Answer(proxy, order, news => news with { IsKnown = false, Refusal = new Fault(FailureKind.Configuration, "The variable SECRET is not set.", IsRetryable: false) });

        Assert.Equal("The variable SECRET is not set.", (await _coordinator.FishForMessageAsync<PartitionRestored>(_ => true)).Failure!.Message);
    }

    [Fact]
    public async Task What_was_deleted_at_the_target_meanwhile_is_told()
    {
        Hold(offsets: 3);
        var (proxy, order) = await BegunAsync();
        Answer(proxy, order, news => news with { Positions = [new NodePosition(Target, 5, 30)] });
        await PositionAsync();

        Answer(proxy, order, news => news with { IsKnown = false });
        await MoveOnAsync(() => _coordinator.HasMessages);
        Assert.Contains("something was deleted", (await _coordinator.FishForMessageAsync<PartitionRestored>(_ => true)).Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_is_passed_on_and_what_is_stopped_is_not_ordered_again()
    {
        var (proxy, order) = await BegunAsync();

        proxy.Tell(StopRestore.Instance);
        await MoveOnAsync(() => Sent<StopBatch>().Any(stop => stop.Batch == order.Batch));
        Answer(proxy, order, news => news with { Ended = [new NodeRestored(Target) { Records = 4, WasStopped = true }] });

        Assert.True((await _coordinator.FishForMessageAsync<PartitionRestored>(_ => true)).WasStopped);
    }

    private async Task<(IActorRef Proxy, OrderRestore Order)> BegunAsync()
    {
        var configuration = TestConfiguration.Of(new RestoreSection());
        var services = new RestoreServices(
            configuration, new MemoryObjectStore(), _cluster.Catalog, _topics, _ => { }, _ => [], new RestoreLog(NullLogger<RestoreLog>.Instance), () => 0, () => _crew.Positions, () => Task.CompletedTask, _clock)
        {
            Groups = new NoGroups(),
        };
        var proxy = _coordinator.ChildActorOf(_crew.Workers(services, [Order])[0].Props);
        await MoveOnAsync(() => Sent<OrderRestore>().Any());
        return (proxy, Sent<OrderRestore>().First());
    }

    /// <summary>The target holds so many offsets, the first two of which are none of the restore's.</summary>
    private void Hold(int offsets)
    {
        for (var offset = 0; offset < offsets; offset++)
        {
            _cluster.Log(Target).Append(new TestRecords().Add("k", $"{offset}", offset: offset).Single());
        }

        _cluster.Log(Target).DeleteBefore(2);
    }

    private static void Answer(IActorRef proxy, OrderRestore order, Func<NodeNews, NodeNews> change) => proxy.Tell(change(new NodeNews(order.Attempt, order.Batch, IsKnown: true)));

    private IEnumerable<T> Sent<T>() => _sent.OfType<T>();

    private async Task<(PartitionId, long)> EndAsync()
    {
        var restored = await _coordinator.FishForMessageAsync<PartitionRestored>(_ => true);
        return (restored.Order.Target, restored.Records);
    }

    private async Task<RestoredSoFar> PositionAsync()
    {
        await AwaitConditionAsync(() => Task.FromResult(_crew.Positions.ContainsKey(Target)));
        return _crew.Positions[Target];
    }

    private async Task<OrderRestore> OrderedAgainAsync()
    {
        await MoveOnAsync(() => Sent<OrderRestore>().Count() > 1);
        return Sent<OrderRestore>().Last();
    }

    private Task MoveOnAsync(Func<bool> isThere) => AwaitConditionAsync(() =>
    {
        Pass(TimeSpan.FromMilliseconds(500));
        return Task.FromResult(isThere());
    });

    private void Pass(TimeSpan time)
    {
        _clock.Advance(time);
        ((TestScheduler)Sys.Scheduler).Advance(time);
    }

    private sealed class Keeping : ReceiveActor
    {
        public Keeping(ConcurrentQueue<object> sent) => ReceiveAny(sent.Enqueue);
    }
}
