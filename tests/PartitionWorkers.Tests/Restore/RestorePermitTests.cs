using Akka.Actor;
using Akka.TestKit;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.PartitionWorkers.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Kafka;
using KafkaBackup.Testing.Protocol;
using KafkaBackup.Testing.Storage;
using Xunit;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.PartitionWorkers.Tests.Restore;

/// <summary>Restores read with a permit of their node.</summary>
public sealed class RestorePermitTests : PatientTestKit
{
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(50);

    private readonly FaultyObjectStore _store = new(new MemoryObjectStore());
    private readonly FakeCluster _cluster = new FakeCluster().WithTopic("restored", partitions: 3);
    private readonly TestProbe _permits;
    private readonly GatedSink _sink = new();

    public RestorePermitTests()
        : base(WireHocon.Real + "akka.actor.serialize-messages = off") => _permits = CreateTestProbe(); // Workers tell what stays in their process.

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_is_read_before_there_is_a_permit_which_is_given_back_at_the_end(bool isComparison)
    {
        var order = await OrderAsync(0) with { IsComparison = isComparison };
        Begin(_permits, order);

        var request = await _permits.ExpectMsgAsync<RequestPermit>();
        await ExpectNoMsgAsync(Instant);
        Assert.Empty(Gets);
        _permits.Reply(PermitGranted.Instance);

        Assert.Equal(20, (await ExpectMsgAsync<PartitionRestored>()).Records);
        await _permits.ExpectMsgAsync<ReleasePermit>();
        Assert.Equal(PermitUser.OfRestore("attempt"), request.User);
        Assert.Equal(RestoreBudget.Of(order, long.MaxValue).Bytes, request.Bytes);
        Assert.Equal(7, request.MostBytes);
    }

    [Fact]
    public async Task Who_is_stopped_while_it_waits_has_read_nothing_and_leaves_the_queue()
    {
        var worker = Begin(_permits, await OrderAsync(0))[0];
        await _permits.ExpectMsgAsync<RequestPermit>();

        worker.Tell(StopRestore.Instance);

        Assert.Equal((true, 0L), (await ExpectMsgAsync<PartitionRestored>()) is var end ? (end.WasStopped, end.Records) : default);
        await _permits.ExpectMsgAsync<ReleasePermit>();
        Assert.Empty(Gets);
    }

    [Fact]
    public async Task With_too_little_memory_for_any_they_are_restored_one_after_the_other()
    {
        var gate = new TaskCompletionSource();
        var permits = Sys.ActorOf(PermitsActor.Props(1));
        List<RestorePartition> orders = [await OrderAsync(0), await OrderAsync(1), await OrderAsync(2)];
        _store.Decide = call => call.Operation == StoreOperation.Get ? StoreFault.Delay(gate) : null;
        orders.ForEach(order => Begin(permits, order));
        await AwaitConditionAsync(() => Task.FromResult(Gets.Any()));
        await ExpectNoMsgAsync(Instant);
        Assert.Single(Gets);

        gate.SetResult();

        foreach (var _ in orders)
        {
            Assert.True((await ExpectMsgAsync<PartitionRestored>()).IsExact);
        }
    }

    [Fact]
    public async Task A_topic_that_is_repartitioned_has_one_permit_until_the_last_of_its_partitions_has_ended()
    {
        _sink.Hold(2);
        Begin(_permits, [.. await SharesAsync()]);
        await _permits.ExpectMsgAsync<RequestPermit>();
        await ExpectNoMsgAsync(Instant);
        Assert.Empty(Gets);

        _permits.Reply(PermitGranted.Instance);

        await _sink.Held;
        await _permits.ExpectNoMsgAsync(Instant); // Whoever else has ended.
        _sink.Open();
        var ends = new List<PartitionRestored> { await ExpectMsgAsync<PartitionRestored>(), await ExpectMsgAsync<PartitionRestored>(), await ExpectMsgAsync<PartitionRestored>() };
        Assert.Equal(Many, ends.Sum(end => end.Records));
        await _permits.ExpectMsgAsync<ReleasePermit>();
    }

    [Fact]
    public async Task The_permit_outlives_the_worker_that_asked_for_it_when_it_fails()
    {
        _sink.Hold(2);
        _sink.Fail(0);
        Begin(_permits, [.. await SharesAsync()]);
        await _permits.ExpectMsgAsync<RequestPermit>();
        _permits.Reply(PermitGranted.Instance);

        Assert.Equal((0, true), (await ExpectMsgAsync<PartitionRestored>(end => end.Order.Target.Number == 0)) is var failed ? (failed.Order.Target.Number, failed.Failure is not null) : default);
        await _sink.Held;
        await _permits.ExpectNoMsgAsync(Instant);
        _sink.Open();

        Assert.True((await ExpectMsgAsync<PartitionRestored>()).IsExact);
        Assert.True((await ExpectMsgAsync<PartitionRestored>()).IsExact);
        await _permits.ExpectMsgAsync<ReleasePermit>();
    }

    [Fact]
    public async Task When_the_one_that_asks_for_a_topic_is_stopped_it_goes_on_asking_for_the_others()
    {
        var workers = Begin(_permits, [.. await SharesAsync()]);
        await _permits.ExpectMsgAsync<RequestPermit>();
        workers[0].Tell(StopRestore.Instance);
        Assert.True((await ExpectMsgAsync<PartitionRestored>()).WasStopped);
        await _permits.ExpectNoMsgAsync(Instant);

        _permits.Send(workers[0], PermitGranted.Instance);

        Assert.True((await ExpectMsgAsync<PartitionRestored>()).IsExact);
        Assert.True((await ExpectMsgAsync<PartitionRestored>()).IsExact);
        await _permits.ExpectMsgAsync<ReleasePermit>();
    }

    [Fact]
    public async Task When_all_of_a_topic_are_stopped_nobody_asks_for_it_any_more()
    {
        var workers = Begin(_permits, [.. await SharesAsync()]);
        await _permits.ExpectMsgAsync<RequestPermit>();

        foreach (var worker in workers)
        {
            worker.Tell(StopRestore.Instance);
            Assert.True((await ExpectMsgAsync<PartitionRestored>()).WasStopped);
        }

        await _permits.ExpectMsgAsync<ReleasePermit>();
        Assert.Empty(Gets);
    }

    [Fact]
    public async Task When_the_one_that_asks_for_a_topic_dies_the_others_do_not_wait_for_ever()
    {
        var workers = Begin(_permits, [.. await SharesAsync()]);
        await _permits.ExpectMsgAsync<RequestPermit>();

        Sys.Stop(workers[0]);

        foreach (var _ in workers.Skip(1))
        {
            Assert.StartsWith("The worker that was to read the topic", (await ExpectMsgAsync<PartitionRestored>()).Failure!.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>As many as no feed holds.</summary>
    private const int Many = 30_000;

    private IEnumerable<StoreCall> Gets => _store.Calls.Where(call => call.Operation == StoreOperation.Get);

    private List<IActorRef> Begin(IActorRef permits, params RestorePartition[] orders)
    {
        var section = new RestoreSection { MaxMemoryBytes = 7 };
        var workers = new RestoreWorkers(
            section, _store, () => new RestoreTarget(_sink, _cluster.Source), new RestorePace(TimeProvider.System), new RestoreProgress(new NodeProgress()),
            new RestoreMemory(new NodeMemory(permits, long.MaxValue), section, "attempt"));
        return [.. workers.For(orders).Select(worker => ChildActorOf(worker))];
    }

    private async Task<RestorePartition> OrderAsync(int number) =>
        new(new PartitionId("orders", number), new PartitionId("restored", number), [await StoredSegment.StoreAsync(_store, $"s{number}", new TestRecords().AddMany(20))]);

    private async Task<List<RestorePartition>> SharesAsync()
    {
        var records = new TestRecords();
        for (var offset = 0; offset < Many; offset++)
        {
            records.Add($"key-{offset % 100}", $"{offset}", offset: offset);
        }

        var source = new RestoredSource(new PartitionId("orders", 0), [await StoredSegment.StoreAsync(_store, "s", records)]);
        var share = new RestoredShare([source], new Repartitioning(RepartitioningStrategy.Murmur2, 3));
        return [.. Enumerable.Range(0, 3).Select(number => RestorePartition.Of("orders", new PartitionId("restored", number), share))];
    }

    /// <summary>Takes all, but for what a test holds up or fails.</summary>
    private sealed class GatedSink : IRecordSink
    {
        private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int? _heldUp;
        private int? _failing;

        public Task Held => _held.Task;

        public void Hold(int partition) => _heldUp = partition;

        public void Fail(int partition) => _failing = partition;

        public void Open() => _gate.SetResult();

        public IRecordWriter Open(PartitionId partition, long end = 0, int sharers = 1, TargetLimits? limits = null) => new Writer(this, partition.Number);

        public void Dispose()
        {
            // Nothing is held.
        }

        private sealed class Writer(GatedSink sink, int number) : IRecordWriter
        {
            private long _records;

            public bool TellsWritten => false;

            public WrittenTo? Written => null;

            public async ValueTask WriteAsync(RecordCursor record, CancellationToken cancellation)
            {
                if (number == sink._failing)
                {
                    throw new BackupException(FailureKind.Source, "A test wants it so.");
                }

                if (number == sink._heldUp)
                {
                    sink._held.TrySetResult();
                    await sink._gate.Task.WaitAsync(cancellation);
                }

                _records++;
            }

            public Task<long> CompleteAsync(CancellationToken cancellation) => Task.FromResult(_records);
        }
    }
}
