using System.Diagnostics.Metrics;
using Akka.Actor;
using Akka.TestKit;
using KafkaBackup.Coordinator.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Kafka;
using KafkaBackup.Testing.Protocol;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.Coordinator.Tests.Backup;

/// <summary>A coordinator among probes: ledger actor, workers and whoever starts runs are the test's; source and store are fakes.</summary>
public abstract class BackupCoordinatorTestBase : PatientTestKit
{
    protected static readonly RunId Run = new("run-1");
    private readonly Dictionary<PartitionKey, AssignmentId> _orders = [];
    private readonly Meter _meter = new("test");
    private long _recorded;

    protected static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(50);

    protected BackupCoordinatorTestBase()
        : base(WireHocon.WithTestScheduler)
    {
        Metrics = new RunMetrics(_meter, Clock);
        Probe = new MeterProbe(_meter);
    }

    protected RunMetrics Metrics { get; }

    /// <summary>What is measured.</summary>
    protected MeterProbe Probe { get; }

    protected FakeCluster Cluster { get; } = new();

    protected MemoryObjectStore Store { get; } = new();

    protected BackupConfiguration Configuration { get; set; } = FakeEnvironment.Configured(Ledgers.Backup);

    protected FakeTimeProvider Clock { get; } = new();

    protected BackupCoordinatorSettings Settings { get; set; } = new();

    protected TestProbe Manifest => field ??= CreateTestProbe("manifest");

    protected TestProbe Workers => field ??= CreateTestProbe("workers");

    protected TestProbe Requester => field ??= CreateTestProbe("requester");

    private TestProbe Observer => field ??= CreateTestProbe("observer");

    protected static BackupId Backup => Ledgers.Backup;

    /// <summary>A topic whose partitions have 10, 20, 30 ... records.</summary>
    protected void HasOrders(int partitions)
    {
        Cluster.WithTopic("orders", partitions);
        for (var number = 0; number < partitions; number++)
        {
            Cluster.Log("orders", number).Append(10 * (number + 1));
        }
    }

    protected IActorRef NewCoordinator()
    {
        Environments = new FakeEnvironment(Cluster, Store, Configuration);
        var services = new BackupCoordinatorServices(Environments, Settings, Clock, new RunLog(NullLogger<RunLog>.Instance), OwnName)
        {
            Metrics = Metrics,
            Refuse = () => new Refusal("node-1", 2),
            LedgerProps = _ => LedgerProps!,
            WorkerNodes = () => Nodes,
        };
        return Sys.ActorOf(BackupCoordinatorActor.Props(Backup, services, Manifest, Workers));
    }

    /// <summary>What the node of the coordinator made last knows of backups.</summary>
    protected FakeEnvironment Environments { get; private set; } = null!;

    /// <summary>How the coordinator calls a run among others; as it was asked for, unless a test wants to tell the two apart.</summary>
    protected Func<RunId, RunId> OwnName { get; set; } = run => run;

    /// <summary>How many nodes work.</summary>
    protected int Nodes { get; set; } = 1;

    /// <summary>How the coordinator's node writes a ledger itself.</summary>
    protected Props? LedgerProps { get; set; }

    /// <summary>A coordinator that plans.</summary>
    protected async Task<IActorRef> PlanningAsync()
    {
        var coordinator = NewCoordinator();
        coordinator.Tell(new StartBackup(Backup, Run), Requester);
        Assert.Equal(new OpenLedger(Backup, Run), await Manifest.ExpectMsgAsync<OpenLedger>());
        coordinator.Tell(new LedgerOpened(Backup, Run), Manifest);
        return coordinator;
    }

    /// <summary>A coordinator that has planned and recorded its topics.</summary>
    protected async Task<IActorRef> RunningAsync()
    {
        var coordinator = await PlanningAsync();
        await Manifest.ExpectMsgAsync<RecordSource>();
        Recorded(coordinator);
        return coordinator;
    }

    /// <summary>Answers the run's next question to remember the source.</summary>
    protected void Recorded(IActorRef coordinator, RunId? run = null) =>
        coordinator.Tell(new SourceRecorded(Backup, run ?? Run) { Number = run is null ? ++_recorded : 1 }, Manifest);

    protected async Task<AssignPartition> AssignedAsync()
    {
        var order = await Workers.ExpectMsgAsync<AssignPartition>();
        _orders[order.Key] = order.Assignment;
        return order;
    }

    protected async Task<IReadOnlyList<AssignPartition>> AssignedAsync(int count)
    {
        var all = new List<AssignPartition>();
        while (all.Count < count)
        {
            all.Add(await AssignedAsync());
        }

        return all;
    }

    /// <summary>The order that a partition was given last comes to its end.</summary>
    protected void Ended(IActorRef coordinator, PartitionKey key, Fault? failure = null, long records = 0, long bytes = 0) =>
        coordinator.Tell(new PartitionEnded(key, _orders.GetValueOrDefault(key, new AssignmentId(Run, 1)), failure, null) { Records = records, Bytes = bytes }, Workers);

    protected async Task<FinishRun> FinishAskedAsync() => await Manifest.ExpectMsgAsync<FinishRun>();

    protected void Finished(IActorRef coordinator, long records = 0, int gaps = 0) =>
        coordinator.Tell(new RunFinished(Backup, Run, records, gaps, null), Manifest);

    protected async Task<BackupFinished> EndAsync() => await Requester.ExpectMsgAsync<BackupFinished>();

    /// <summary>What the coordinator says of itself; all it was told before is handled by then.</summary>
    protected async Task<BackupStatus> StatusAsync(IActorRef coordinator)
    {
        coordinator.Tell(new GetBackupStatus(Backup), Observer);
        return await Observer.ExpectMsgAsync<BackupStatus>();
    }

    protected async Task PassAsync(IActorRef coordinator, TimeSpan time)
    {
        await StatusAsync(coordinator);
        Clock.Advance(time);
        ((TestScheduler)Sys.Scheduler).Advance(time);
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        Probe.Dispose();
        _meter.Dispose();
    }
}
