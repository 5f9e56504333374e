using Akka.Actor;
using Akka.Event;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Coordinator.Backup.CoordinatorMessages;
using static KafkaBackup.Coordinator.Backup.RunEffects;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>Conducts the runs of one backup: plans, keeps a bounded window of partitions assigned, and closes the run.</summary>
/// <remarks>
/// It only receives, and carries out what <see cref="BackupRunState"/> decides; the state table is there. It keeps nothing across a restart:
/// ledger and source say what is to be done.
/// </remarks>
public sealed class BackupCoordinatorActor : UntypedActor, IWithTimers
{
    private readonly BackupId _backup;
    private readonly BackupCoordinatorServices _services;
    private readonly IActorRef _ledger;
    private readonly IActorRef _workers;
    private readonly ILoggingAdapter _log = Context.GetLogger();

    /// <summary>Who wants to hear of the end of the run.</summary>
    private readonly HashSet<IActorRef> _requesters = [];

    /// <summary>The run under the name by which it was asked for.</summary>
    private RunId _wanted;

    /// <summary>How the last run ended, for whoever did not hear of it.</summary>
    private BackupFinished? _last;

    /// <summary>Writes the ledger in place of the singleton's; null where that can.</summary>
    private IActorRef? _ownLedger;

    private BackupRunState? _state;
    private RunMeter? _meter;
    private CancellationTokenSource? _planning;
    private LookCost? _look;

    /// <summary>A coordinator for <paramref name="backup"/>.</summary>
    public BackupCoordinatorActor(BackupId backup, BackupCoordinatorServices services, IActorRef ledger, IActorRef workers) =>
        (_backup, _services, _ledger, _workers) = (backup, services, ledger, workers);

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Props of a coordinator for <paramref name="backup"/>.</summary>
    public static Props Props(BackupId backup, BackupCoordinatorServices services, IActorRef ledger, IActorRef workers) =>
        Akka.Actor.Props.Create(() => new BackupCoordinatorActor(backup, services, ledger, workers));

    /// <summary>A fault of this program ends the run: whoever started it would wait for ever for an actor that has forgotten it.</summary>
    protected override void PreRestart(Exception reason, object message)
    {
        if (_state is { } state)
        {
            CarryOut(state.Abort(new Fault(FailureKind.Internal,
                $"The run of backup '{_backup}' met a fault of this program ({reason.GetType().Name}: {reason.Message.ReplaceLineEndings(" ")}) and ended. What is committed is kept; run again, and report it.",
                IsRetryable: false)));
        }

        base.PreRestart(reason, message);
    }

    /// <inheritdoc />
    protected override bool AroundReceive(Receive receive, object message)
    {
        using var about = _services.RunLog.About(_backup);
        return base.AroundReceive(receive, message);
    }

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case GetBackupStatus:
                Sender.Tell((_state?.Status ?? new BackupStatus(_backup, "Idle", 0, 0)) with { Lag = _meter?.Lag.Total });
                break;
            case StartBackup start when start.Run == _last?.Run:
                Sender.Tell(_last); // The answer was lost.
                break;
            case StartBackup start:
                Start(start);
                break;
            case StopBackup { Run: { } run } when run == _last?.Run:
                Sender.Tell(_last);
                break;
            case StopBackup { Run: { } run } when _state is null or { Phase: RunPhase.Idle }:
                Sender.Tell(new BackupFinished(_backup, run) { WasStopped = true }); // It was lost with another coordinator: what is committed is safe.
                break;
            case StopBackup { Run: not null }:
                _requesters.Add(Sender);
                Take(message);
                break;
            case LedgerFailed { IsUnfit: true } failed when _services.LedgerProps is not null && _state is { } state && failed.Run == state.Run:
                WriteLedgerHere(failed);
                break;
            case Terminated:
                _ownLedger = null; // The singleton sees that as well, and whatever is asked next goes there.
                break;
            case LedgerOpened when _ownLedger is { } own && !own.Equals(Sender):
                Context.Stop(Context.Unwatch(own)); // Another singleton writes it itself; what this one would say of being fenced is no word about the run.
                _ownLedger = null;
                Take(message);
                break;
            case StopBackup or LedgerOpened or LedgerFailed or SourceRecorded or RunFinished or PartitionEnded
                or Planned or PlanFailed or Refreshed or RefreshDue or GroupsTaken or TransactionsFound or StopOverdue or Reassert:
                Take(message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>Begins a run, or joins the one under way.</summary>
    private void Start(StartBackup start)
    {
        if (_state is { } state && state.Phase != RunPhase.Idle)
        {
            if (start.Run != _wanted)
            {
                _log.Info("Run {Run} joins run {Current}, which is under way", start.Run, _wanted);
            }

            _requesters.Add(Sender);
            return;
        }

        var run = _services.OwnName(start.Run);
        if (_services.Environments.Prepare(_backup, run, start.Definition) is { } unfit)
        {
            _services.RunLog.Warning($"{unfit.Message} Another node is asked to conduct its run.");
            Sender.Tell(new BackupFinished(_backup, start.Run) { Failures = [unfit], Refusal = _services.Refuse(), Placement = start.Placement });
            return;
        }

        _wanted = start.Run;
        _requesters.Add(Sender);
        _meter = _services.Metrics.Begin(_backup);
        _state = new BackupRunState(_backup, _services.Settings, _services.Environments.For(_backup, run).Configuration);
        Take(start with { Run = run });
    }

    /// <summary>The node of the singleton lacks what the backup needs, which this one has.</summary>
    private void WriteLedgerHere(LedgerFailed failed)
    {
        if (_ownLedger is null)
        {
            _services.RunLog.Warning($"{failed.Failure.Message} The ledger is written at this node.");
            _ownLedger = Context.Watch(Context.ActorOf(_services.LedgerProps!(_backup)));
        }

        _ledger.Tell(new LedgerTaken(_backup), _ownLedger);
        Take(Reassert.Instance); // What was asked of the ledger is asked again, and finds its way here.
    }

    private BackupEnvironment Environment => _services.Environments.For(_backup, _state!.Run);

    private void Take(object message)
    {
        if (_state is { } before)
        {
            before = before.Nodes == _services.WorkerNodes() ? before : before with { Nodes = _services.WorkerNodes() };
            var step = before.On(message, _services.Clock.GetUtcNow());
            _meter?.Observe(message, before, step.State);
            CarryOut(step);
        }
    }

    private void CarryOut(RunStep step)
    {
        _state = step.State;
        foreach (var effect in step.Effects)
        {
            CarryOut(effect);
        }
    }

    private void CarryOut(RunEffect effect)
    {
        switch (effect)
        {
            case TellLedger tell:
                _ledger.Tell(tell.Message);
                break;
            case TellWorker tell:
                _workers.Tell(tell.Message);
                break;
            case TellRequesters tell:
                _last = tell.Message with { Run = _wanted };
                _meter?.End(_last);
                foreach (var requester in _requesters)
                {
                    requester.Tell(_last);
                }

                _requesters.Clear();
                break;
            case StartPlanning:
                Plan();
                break;
            case StartRefresh refresh:
                Refresh(refresh);
                break;
            case CancelPlanning:
                _planning?.Cancel();
                break;
            case TakeGroups take:
                Take(take.Scope);
                break;
            case FindTransactions find:
                Find(find.Partitions);
                break;
            case Say say:
                say.Sentence(_services.RunLog);
                break;
            default:
                SetTimer(effect);
                break;
        }
    }

    private void SetTimer(RunEffect effect)
    {
        switch (effect)
        {
            case StartReassertTimer:
                Timers.StartPeriodicTimer(Reassert.Instance, Reassert.Instance, _services.Settings.ReassertInterval);
                break;
            case StartRefreshTimer start:
                Timers.StartSingleTimer(RefreshDue.Instance, RefreshDue.Instance, start.PauseAfter(_look?.Elapsed ?? TimeSpan.Zero, _look?.Used ?? TimeSpan.Zero));
                _look = null;
                break;
            case StartStopTimer start:
                Timers.StartSingleTimer(StopOverdue.Instance, StopOverdue.Instance, start.Patience);
                break;
            case StopTimers:
                Timers.CancelAll();
                break;
            default:
                throw new ArgumentException($"Nobody carries out a {effect.GetType().Name}.", nameof(effect));
        }
    }

    private void Plan()
    {
        var run = _state!.Run;
        _planning = new CancellationTokenSource();
        _ = BackupPlanner.ReadAsync(Environment, _planning.Token)
            .PipeTo(Self, success: read => new Planned(run, read.Known, read.Discovery), failure: e => PlanFailed.Of(run, e));
    }

    private void Refresh(StartRefresh refresh)
    {
        var (run, look) = (_state!.Run, new LookCost(_services.Clock));
        _look = look;
        _planning = new CancellationTokenSource();
        _ = BackupPlanner.DiscoverAsync(Environment, refresh.KnownCluster, demandsLiterals: false, refresh.Configured, _planning.Token).PipeTo(
            Self,
            success: discovery => new Refreshed(run, discovery, look.Elapsed),
            failure: e => PlanFailed.Of(run, e));
    }

    private void Take(GroupSnapshotScope scope)
    {
        var (run, environment) = (_state!.Run, Environment);
        _ = new GroupSnapshotPublisher(environment.Store, environment.Catalog, _services.Clock).TakeAsync(_backup, scope, CancellationToken.None).PipeTo(
            Self,
            success: outcome => new GroupsTaken(run, outcome.Problem is { } problem ? new Fault(FailureKind.Source, problem, IsRetryable: true) : null),
            failure: e => new GroupsTaken(run, Fault.Of(e)));
    }

    private void Find(IReadOnlyCollection<PartitionId> partitions)
    {
        var run = _state!.Run;
        _ = Environment.Catalog.FindOpenTransactionsAsync(partitions, CancellationToken.None).PipeTo(
            Self,
            success: open => new TransactionsFound(run, open),
            failure: _ => new TransactionsFound(run, new Dictionary<PartitionId, OpenTransaction>())); // The next refresh tells what is wrong with the source.
    }

    /// <inheritdoc />
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop); // As the singleton's.

    /// <inheritdoc />
    protected override void PostStop()
    {
        _planning?.Cancel();
        _meter?.Dispose();
        base.PostStop();
    }
}
