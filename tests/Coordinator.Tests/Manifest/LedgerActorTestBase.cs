using System.Diagnostics.Metrics;
using Akka.Actor;
using Akka.TestKit;
using KafkaBackup.Coordinator.Backup;
using KafkaBackup.Coordinator.Manifest;
using KafkaBackup.Coordinator.Tests.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Kafka;
using KafkaBackup.Testing.Protocol;
using KafkaBackup.Testing.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;

namespace KafkaBackup.Coordinator.Tests.Manifest;

/// <summary>Ledger actors over a store in memory; coordinator and workers are probes.</summary>
public abstract class LedgerActorTestBase : PatientTestKit
{
    protected static readonly RunId Run = new("run-1");
    protected static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(50);
    private readonly string _folder = Directory.CreateTempSubdirectory("manifest-actor-").FullName;
    private readonly Meter _meter = new("test");
    private int _writers;

    protected LedgerActorTestBase()
        : base(WireHocon.WithTestScheduler) => (Store, Probe) = (new FaultyObjectStore(Memory), new MeterProbe(_meter));

    protected static BackupId Backup => Ledgers.Backup;

    protected MemoryObjectStore Memory { get; } = new();

    protected FaultyObjectStore Store { get; }

    protected FakeTimeProvider Clock { get; } = new();

    /// <summary>What is measured.</summary>
    protected MeterProbe Probe { get; }

    protected StorePatience Patience { get; } = new(TimeProvider.System);

    protected LedgerSettings Settings { get; set; } = new();

    /// <summary>Whether what passes is tried again, as in a run; else the first failure counts.</summary>
    protected bool IsPatient { get; set; }

    protected bool IsIncremental { get; set; }

    protected string OffsetsPath => Path.Combine(_folder, "offsets.db");

    protected TestProbe Coordinator => field ??= CreateTestProbe("coordinator");

    protected TestProbe Worker => field ??= CreateTestProbe("worker");

    /// <summary>How often the head was swapped, or was to be.</summary>
    protected int HeadPuts => Store.Calls.Count(IsHeadPut);

    protected static bool IsHeadPut(StoreCall call) => call.Operation == StoreOperation.Put && call.Key == BackupKeys.Head(Backup);

    protected LedgerServices Services()
    {
        var configuration = FakeEnvironment.Configured(Backup) with { OffsetStorage = IsIncremental ? new OffsetStorageSection() : null };
        return new LedgerServices(
            new FakeEnvironment(new FakeCluster(), IsPatient ? Patient() : Store, configuration) { Patience = Patience }, _ => OffsetsPath, Settings, new RunLog(NullLogger<RunLog>.Instance),
            Clock, () => $"writer {Interlocked.Increment(ref _writers)}")
        {
            Metrics = new RunMetrics(_meter, Clock),
        };
    }

    private RetryingObjectStore Patient() =>
        new(Store, new StorePatience(new LeapingClock { LeapsAtOnce = TimeSpan.FromSeconds(10) }), new Random(1));

    protected IActorRef NewManifest() => Sys.ActorOf(LedgerActor.Props(Backup, Services()));

    /// <summary>A ledger actor with its ledger open.</summary>
    protected async Task<IActorRef> OpenAsync()
    {
        var manifest = NewManifest();
        await OpenAsync(manifest, Run);
        return manifest;
    }

    protected async Task OpenAsync(IActorRef manifest, RunId run)
    {
        manifest.Tell(new OpenLedger(Backup, run), Coordinator);
        await Coordinator.ExpectMsgAsync(new LedgerOpened(Backup, run));
    }

    protected static CommitSegment CommitOf(LedgerEntry entry, long epoch = 0) => new(Backup, Ledgers.Order, epoch, entry, null);

    protected static CommitSegment CommitOf(int partition, long @base = 0, long next = 10, long epoch = 0) =>
        CommitOf(Ledgers.Entry(Ledgers.Orders(partition), @base, next, epoch), epoch);

    /// <summary>Commits, and hears that it is done.</summary>
    protected async Task<Committed> CommittedAsync(IActorRef manifest, CommitSegment commit)
    {
        manifest.Tell(commit, Worker);
        await AwaitConditionAsync(() =>
        {
            LetCommit();
            return Task.FromResult(Worker.HasMessages);
        });
        return await Worker.ExpectMsgAsync<Committed>();
    }

    /// <summary>Time enough for the next swap to start.</summary>
    protected void LetCommit() => ((TestScheduler)Sys.Scheduler).Advance(Settings.CommitInterval);

    /// <summary>All that the actor was told before is handled when this returns, if nothing holds it up.</summary>
    protected async Task SettledAsync(IActorRef manifest)
    {
        var probe = CreateTestProbe();
        manifest.Tell(new GetUncovered(Backup, Ledgers.Orders(), Ledgers.Order, []), probe);
        await probe.ExpectMsgAsync<Uncovered>();
    }

    protected async Task<RunFinished> FinishedAsync(IActorRef manifest, bool isClean = true)
    {
        manifest.Tell(new FinishRun(Backup, Run, isClean), Coordinator);
        return await Coordinator.ExpectMsgAsync<RunFinished>();
    }

    /// <summary>Holds back the swap of this number.</summary>
    protected TaskCompletionSource HoldHeadPut(int nth)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Store.Decide = call => IsHeadPut(call) && call.Nth == nth ? StoreFault.Delay(gate) : null;
        return gate;
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        Probe.Dispose();
        _meter.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
