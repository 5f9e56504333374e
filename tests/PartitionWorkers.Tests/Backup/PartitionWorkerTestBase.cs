using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Persistence;
using Akka.Persistence.TestKit;
using Akka.TestKit;
using KafkaBackup.PartitionWorkers.Backup;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Kafka;
using KafkaBackup.Testing.Protocol;
using KafkaBackup.Testing.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.PartitionWorkers.Tests.Backup;

/// <summary>A worker among probes: ledger actor, permits, coordinator and shard are the test's; log and store are fakes.</summary>
public abstract class PartitionWorkerTestBase : PatientTestKit
{
    protected const long Epoch = 4;
    protected static readonly PartitionKey Key = new(new BackupId("nightly"), new PartitionId("orders", 3));
    protected static readonly RunId Run = new("run-1");
    protected static readonly AssignmentId Order = new(Run, 1);
    protected static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(50);

    protected PartitionWorkerTestBase()
        : base(WireHocon.WithTestScheduler + Persistent) => Store = new FaultyObjectStore(Memory);

    private const string Persistent = """

        akka.persistence.journal {
          plugin = "akka.persistence.journal.test"
          test.class = "Akka.Persistence.TestKit.TestJournal, Akka.Persistence.TestKit"
          test.plugin-dispatcher = "akka.actor.default-dispatcher"
        }
        akka.persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
        """;

    /// <summary>What the journal does with an event that is written.</summary>
    protected JournalWriteBehavior JournalWrites => TestJournal.FromRef(Persistence.Instance.Apply(Sys).JournalFor(null)).OnWrite;

    /// <summary>What the journal does with a question for what it holds.</summary>
    protected JournalRecoveryBehavior JournalReads => TestJournal.FromRef(Persistence.Instance.Apply(Sys).JournalFor(null)).OnRecovery;

    protected MemoryObjectStore Memory { get; } = new();

    protected FaultyObjectStore Store { get; }

    protected FakeCluster Cluster { get; } = new();

    protected FakeLog Source => Cluster.Log(Key.Partition);

    protected FakeTimeProvider Clock { get; } = new();

    protected PartitionWorkerSettings Settings { get; set; } = new() { JournaledFrom = 0 };

    /// <summary>Which workers the journal is known to have something of.</summary>
    protected JournaledWorkers Journaled { get; set; } = JournaledWorkers.Unknown;

    protected int SegmentRecords { get; set; } = 10;

    /// <summary>The node of all workers: one of three.</summary>
    protected WorkerNode Node { get; } = new(() => "node-0", () => 3);

    /// <summary>What was said of the journal.</summary>
    protected ConcurrentQueue<string> JournalWarnings { get; } = [];

    protected TestProbe Manifest => field ??= CreateTestProbe("manifest");

    protected TestProbe Permits => field ??= CreateTestProbe("permits");

    protected TestProbe Coordinator => field ??= CreateTestProbe("coordinator");

    protected TestProbe Shard => field ??= CreateTestProbe("shard");

    private TestProbe Observer => field ??= CreateTestProbe("observer");

    /// <summary>What the node of the worker made last knows of backups.</summary>
    protected FakeEnvironment Environments { get; private set; } = null!;

    protected static OffsetRange Range(long @base, long next) => new(@base, next);

    protected IActorRef NewWorker(int placement = 0)
    {
        var configuration = FakeEnvironment.Configured(Key.Backup) with
        {
            Backup = new BackupSection { Compression = CompressionCodec.None, SegmentMaxRecords = SegmentRecords },
        };
        Environments = new FakeEnvironment(Cluster, Store, configuration);
        var services = new PartitionWorkerServices(Environments, long.MaxValue, Settings, Clock, new WorkerLog(NullLogger<WorkerLog>.Instance))
        {
            Journal = new JournalHealth(JournalWarnings.Enqueue, TimeProvider.System),
            Journaled = Journaled,
            Node = Node,
        };
        return Shard.ChildActorOf(PartitionWorkerActor.Props(Key, placement, services, Manifest, Permits));
    }

    /// <summary>A worker that has asked what is uncovered of <paramref name="ranges"/>.</summary>
    protected async Task<IActorRef> AskingAsync(params OffsetRange[] ranges)
    {
        var worker = NewWorker();
        worker.Tell(Assigned(ranges), Coordinator);
        Assert.Equal(ranges, (await Manifest.ExpectMsgAsync<GetUncovered>()).Ranges);
        return worker;
    }

    /// <summary>A worker that asked for a permit.</summary>
    protected async Task<IActorRef> WaitingAsync(params OffsetRange[] ranges)
    {
        var worker = await AskingAsync(ranges);
        Answer(worker, ranges);
        await Permits.ExpectMsgAsync<RequestPermit>();
        return worker;
    }

    /// <summary>A worker that reads.</summary>
    protected async Task<IActorRef> RunningAsync(params OffsetRange[] ranges)
    {
        var worker = await WaitingAsync(ranges);
        Grant(worker);
        return worker;
    }

    /// <summary>Answers the worker's question, and lets it read what is left.</summary>
    protected async Task AnswerNextAsync(IActorRef worker, params OffsetRange[] ranges)
    {
        await Manifest.ExpectMsgAsync<GetUncovered>();
        Answer(worker, ranges);
        await PermitAgainAsync();
        Grant(worker);

        async Task PermitAgainAsync() =>
            await Permits.FishForMessageAsync(message => message is RequestPermit);
    }

    protected static AssignPartition Assigned(params OffsetRange[] ranges) => new(Key, Order, ranges, "id-1");

    protected void Answer(IActorRef worker, params OffsetRange[] ranges) => worker.Tell(new Uncovered(Key.Backup, Key.Partition, Order, ranges, Epoch), Manifest);

    protected void Grant(IActorRef worker) => worker.Tell(PermitGranted.Instance, Permits);

    protected async Task<CommitSegment> CommitAskedAsync() => await Manifest.ExpectMsgAsync<CommitSegment>();

    protected void Commit(IActorRef worker, CommitSegment asked, long epoch = Epoch) =>
        worker.Tell(new Committed(Key.Backup, Key.Partition, asked.Assignment, asked.Entry.Range, epoch), Manifest);

    protected void Reject(IActorRef worker, CommitSegment asked) =>
        worker.Tell(new Rejected(Key.Backup, Key.Partition, asked.Assignment, asked.Entry.Range, Epoch + 1), Manifest);

    /// <summary>Takes the next commit and answers it.</summary>
    protected async Task<LedgerEntry> CommitNextAsync(IActorRef worker)
    {
        var asked = await CommitAskedAsync();
        Commit(worker, asked);
        return asked.Entry;
    }

    /// <summary>How the assignment ended, without what it counted.</summary>
    protected async Task<PartitionEnded> EndAsync() => (await CountedEndAsync()) with { Records = 0, Bytes = 0 };

    protected async Task<PartitionEnded> CountedEndAsync() => await Coordinator.ExpectMsgAsync<PartitionEnded>();

    /// <summary>What the worker says of itself; all it was told before is handled by then.</summary>
    protected async Task<PartitionStatus> StatusAsync(IActorRef worker)
    {
        worker.Tell(new GetPartitionStatus(Key), Observer);
        return await Observer.ExpectMsgAsync<PartitionStatus>();
    }

    protected async Task PhaseIsAsync(IActorRef worker, string phase) =>
        await AwaitAssertAsync(async () => Assert.Equal(phase, (await StatusAsync(worker)).Phase));

    /// <summary>Moves the actors' timers on, after the worker has handled all it was told.</summary>
    protected async Task PassAsync(IActorRef worker, TimeSpan time)
    {
        await StatusAsync(worker);
        ((TestScheduler)Sys.Scheduler).Advance(time);
    }

    /// <summary>Ends an actor as its shard does.</summary>
    protected async Task PassivateAsync(IActorRef worker)
    {
        var passivate = await Shard.ExpectMsgAsync<Passivate>();
        Watch(worker);
        worker.Tell(passivate.StopMessage);
        await ExpectTerminatedAsync(worker);
    }
}
