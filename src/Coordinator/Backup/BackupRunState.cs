using System.Collections.Immutable;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Coordinator.Backup.CoordinatorMessages;
using static KafkaBackup.Coordinator.Backup.RunEffects;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>All that a backup coordinator decides: for each event the next state, and what is to be carried out. Pure.</summary>
/// <remarks>
/// <code>
/// Phase       Leaves on                                     Goes to
/// Idle        StartBackup                                   Opening
/// Opening     LedgerOpened                                  Planning
/// Planning    Planned / PlanFailed                          Recording / Finishing
/// Recording   SourceRecorded for all new topics             Running
/// Running     PartitionEnded of all                         Inspecting, Grouping or Finishing; a continuous run stays, and refreshes now and then
/// Inspecting  TransactionsFound                             Grouping or Finishing
/// Grouping    GroupsTaken                                   Finishing
/// Finishing   RunFinished                                   Idle, after BackupFinished to whoever wanted the run
/// any         LedgerFailed                                  Idle, after BackupFinished
///             StopBackup                                    Finishing, once the partitions in work have ended
/// </code>
/// Answers carry their run, and those of workers the number of their order: one that is late changes nothing.
/// </remarks>
internal sealed partial record BackupRunState(BackupId Backup, BackupCoordinatorSettings Settings, BackupConfiguration Configuration)
{
    /// <summary>How far the run is.</summary>
    public RunPhase Phase { get; private init; }

    /// <summary>The run.</summary>
    public RunId Run { get; private init; }

    /// <summary>The configuration as its user wrote it; null where every node was started with it.</summary>
    public string? Definition { get; private init; }

    /// <summary>How many nodes there are that work, as was seen last. At least 1.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>What there is to do, as it was seen last; null before the first plan.</summary>
    public BackupPlan? Plan { get; private init; }

    /// <summary>Orders that wait for their turn.</summary>
    public ImmutableQueue<PartitionWork> Waiting { get; private init; } = [];

    /// <summary>Orders that were given and have not ended.</summary>
    public ImmutableDictionary<PartitionId, Order> Assigned { get; private init; } = ImmutableDictionary<PartitionId, Order>.Empty;

    /// <summary>What stands in the way.</summary>
    public RunFailures Failures { get; private init; } = RunFailures.None;

    /// <summary>How far the orders are.</summary>
    public RunProgress Progress { get; private init; } = RunProgress.None;

    /// <summary>Whether the run was told to stop.</summary>
    public bool IsStopped { get; private init; }

    /// <summary>The question that is repeated until it is answered.</summary>
    public IBackupMessage? Asked { get; private init; }

    private KnownBackup? Known { get; init; }

    /// <summary>Decides about visits of a continuous run; null in one that ends.</summary>
    private LagWatch? Watch { get; init; }

    private ConfigurationReads Configurations { get; init; } = ConfigurationReads.None;

    private ImmutableQueue<RecordSource> ToRecord { get; init; } = [];

    /// <summary>Where partitions are worked on.</summary>
    private Placements Placements { get; init; } = Placements.Own;

    /// <summary>The number of the order that was given last.</summary>
    private long LastOrder { get; init; }

    /// <summary>The number of the question to remember the source that was asked last.</summary>
    private long LastRecord { get; init; }

    private RefreshPhase Refresh { get; init; }

    /// <summary>Since when refreshing fails over something that has to be renewed; null when it went through since.</summary>
    private DateTimeOffset? ExpiredSince { get; init; }

    private bool IsTakingGroups { get; init; }

    private DateTimeOffset GroupsAt { get; init; }

    /// <summary>Partitions that a run which ends could not read to their end, as a transaction is open there.</summary>
    private ImmutableHashSet<PartitionId> Blocked { get; init; } = [];

    private DateTimeOffset TransactionsAt { get; init; }

    /// <summary>The run was stopped when no partition was in work, so nothing can have been left behind.</summary>
    private bool HadNothingInHand { get; init; }

    /// <summary>An order that was given to a worker.</summary>
    internal sealed record Order(AssignmentId Assignment, PartitionWork Work, int Placement);

    private enum RefreshPhase
    {
        None,
        Pausing,
        Reading,
    }

    /// <summary>What a status says of the run.</summary>
    public BackupStatus Status => new(Backup, PhaseName, Progress.Partitions, Progress.Done, Progress.Offsets)
    {
        Records = Progress.Records,
        Bytes = Progress.Bytes,
    };

    private string PhaseName => this switch
    {
        { Phase: RunPhase.Idle } => "Idle",
        { Phase: RunPhase.Finishing } => "Finishing",
        { IsStopped: true } => "Stopping",
        { Plan: null } => "Planning",
        { Assigned.Count: > 0 } or { Watch: null } => "Running",
        { Refresh: RefreshPhase.Reading } => "Refreshing",
        _ => "Waiting",
    };

    /// <summary>Takes in an event: a message of the protocols, a timer, or what reading ledger, source or groups came to.</summary>
    /// <param name="message">The event.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="ArgumentException">The event is none of them.</exception>
    public RunStep On(object message, DateTimeOffset now) => message switch
    {
        StartBackup start => OnStart(start),
        StopBackup => OnStop(),
        LedgerFailed failed => failed.Run == Run && Phase != RunPhase.Idle ? OnLedgerFailed(failed.Failure) : Nothing,
        LedgerOpened opened => Phase == RunPhase.Opening && opened.Run == Run ? OnOpened() : Nothing,
        Planned planned => Phase == RunPhase.Planning && planned.Run == Run ? OnPlanned(planned, now) : Nothing,
        PlanFailed failed => failed.Run == Run ? OnPlanFailed(failed, now) : Nothing,
        SourceRecorded recorded => recorded.Run == Run && Asked is RecordSource asked && asked.Number == recorded.Number ? RecordNextOrRun() : Nothing,
        PartitionEnded ended => OnEnded(ended, now),
        RefreshDue => Phase == RunPhase.Running && !IsStopped ? OnRefreshDue(now) : Nothing,
        Refreshed refreshed => Phase == RunPhase.Running && refreshed.Run == Run && !IsStopped ? OnRefreshed(refreshed, now) : Nothing,
        GroupsTaken taken => taken.Run == Run ? OnGroupsTaken(taken.Failure) : Nothing,
        TransactionsFound found => found.Run == Run ? OnTransactionsFound(found.Open, now) : Nothing,
        RunFinished finished => Phase == RunPhase.Finishing && finished.Run == Run ? OnFinished(finished) : Nothing,
        StopOverdue => Phase == RunPhase.Running && IsStopped ? (this with { Assigned = Assigned.Clear() }).FinishIfDone() : Nothing,
        Reassert => Phase == RunPhase.Idle ? Nothing : OnReassert(),
        _ => throw new ArgumentException($"A coordinator knows no {message.GetType().Name}.", nameof(message)),
    };

    /// <summary>The run ends at once: nobody is there any more to commit what workers have in hand.</summary>
    public RunStep Abort(Fault failure) => Phase == RunPhase.Idle ? Nothing : OnLedgerFailed(failure);

    private RunStep Nothing => new(this, []);

    private RunStep Do(params IEnumerable<RunEffect> effects) => new(this, [.. effects]);

    private RunStep OnStart(StartBackup start) => Phase == RunPhase.Idle
        ? (this with { Run = start.Run, Definition = start.Definition, Phase = RunPhase.Opening }).Do(new StartReassertTimer()).Then(state => state.Ask(state.Opening))
        : Nothing; // It joins the run under way.

    private RunStep OnOpened() => (this with { Asked = null, Phase = RunPhase.Planning }).Do(new StartPlanning());

    private RunStep OnPlanFailed(PlanFailed failed, DateTimeOffset now) => this switch
    {
        { Phase: RunPhase.Planning } => (this with { Failures = Failures.NoteEnd(failed.Failure) }).Finish(),
        { Phase: RunPhase.Running, IsStopped: false } => OnRefreshFailed(failed, now),
        _ => Nothing,
    };

    private RunStep OnStop() => this switch
    {
        { Phase: RunPhase.Idle } => Nothing,
        { Phase: RunPhase.Opening } => (this with { IsStopped = true }).End(new BackupFinished(Backup, Run) { WasStopped = true }),
        { Phase: RunPhase.Running, IsStopped: false } => StopRunning(),
        { Phase: RunPhase.Running } => Nothing,
        { Phase: RunPhase.Grouping or RunPhase.Inspecting } => (this with { IsStopped = true }).FinishNow(),
        { Phase: RunPhase.Finishing } => (this with { IsStopped = true }).FinishNow(), // The ledger actor is to hurry.
        _ => (this with { IsStopped = true }).Do(new CancelPlanning()).Then(state => state.Finish()),
    };

    private RunStep StopRunning() => (this with { IsStopped = true, HadNothingInHand = Assigned.IsEmpty, Waiting = [] })
        .Do(new Say(log => log.Stopping()), new CancelPlanning()).And(CancelAssigned(abandon: false)).And(new StartStopTimer(Settings.StopPatience))
        .Then(state => state.FinishIfDone());

    private IEnumerable<RunEffect> CancelAssigned(bool abandon) =>
        Assigned.Values.Select(order => new TellWorker(CancellationOf(order, abandon)));

    private RunStep OnLedgerFailed(Fault failure)
    {
        var failures = Failures.NoteEnd(failure);
        return Do(CancelAssigned(abandon: true)).Then(state => state.End(new BackupFinished(Backup, Run)
        {
            Topics = Plan?.TopicCount ?? 0,
            WasStopped = IsStopped,
            FailedPartitions = failures.Partitions,
            Failures = failures.Gravest,
        }));
    }

    private RunStep OnFinished(RunFinished finished)
    {
        var failures = finished.ViewFailure is { } view ? Failures.NoteEnd(view) : Failures;
        var said = Plan is { } plan ? Do(new Say(log => log.Finished(finished, plan))) : Nothing;
        return said.Then(state => state.End(new BackupFinished(Backup, Run)
        {
            Records = finished.Records,
            Gaps = finished.Gaps,
            Topics = Plan?.TopicCount ?? 0,
            WasStopped = IsStopped && Watch is null, // A continuous run has no other end.
            FailedPartitions = failures.Partitions,
            Failures = failures.Gravest,
        }));
    }

    private RunStep End(BackupFinished finished) =>
        new(new BackupRunState(Backup, Settings, Configuration), [new StopTimers(), new TellRequesters(finished)]);

    /// <summary>A ledger actor that has the ledger open says so at once; one that the singleton started anew drops all else until it is told to.</summary>
    private RunStep OnReassert()
    {
        var repeated = Do(new TellLedger(Opening));
        if (Asked is { } asked and not OpenLedger)
        {
            repeated = repeated.And(new TellLedger(asked));
        }

        return repeated.And(Assigned.Values.Select(order => new TellWorker(IsStopped
            ? CancellationOf(order, abandon: false)
            : AssignmentOf(order))));
    }

    private RunStep Ask(IBackupMessage question) => (this with { Asked = question }).Do(new TellLedger(question));

    private OpenLedger Opening => new(Backup, Run) { Definition = Definition };

    private PartitionKey KeyOf(PartitionId partition) => new(Backup, partition);

    private AssignPartition AssignmentOf(Order order) => new(KeyOf(order.Work.Partition), order.Assignment, RangePages.Order(order.Work.Ranges), order.Work.TopicId)
    {
        Definition = Definition,
        Placement = order.Placement,
    };

    private CancelPartition CancellationOf(Order order, bool abandon) =>
        new(KeyOf(order.Work.Partition), order.Assignment, abandon) { Placement = order.Placement };
}
