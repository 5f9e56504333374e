using Akka.Actor;
using Akka.Event;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Shared;
using static KafkaBackup.Coordinator.Backup.CoordinatorMessages;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>Conducts the runs of one backup: plans, keeps a bounded window of partitions assigned, and closes the run.</summary>
/// <remarks>
/// It keeps nothing across a restart: ledger and source say what is to be done.
/// <code>
/// State       Leaves on                                     Goes to
/// Idle        StartBackup                                   Opening
/// Opening     LedgerOpened                                  Planning
/// Planning    Planned / PlanFailed                          Recording / Finishing
/// Recording   SourceRecorded for all new topics             Running
/// Running     PartitionEnded of all                         Grouping or Finishing; a continuous run stays, and looks at the source now and then
/// Grouping    GroupsTaken                                   Finishing
/// Finishing   RunFinished                                   Idle, after BackupFinished to whoever started the run
/// any         LedgerFailed                                Idle, after BackupFinished
///             StopBackup                                    Finishing, once assigned partitions have ended
/// </code>
/// </remarks>
public sealed partial class BackupCoordinatorActor : UntypedActor, IWithTimers
{
    private readonly BackupId _backup;
    private readonly IBackupEnvironments _environments;
    private readonly BackupCoordinatorSettings _settings;
    private readonly TimeProvider _clock;
    private readonly RetrySchedule _retries;
    private readonly RunLog _runLog;
    private readonly IActorRef _manifest;
    private readonly IActorRef _workers;
    private readonly ILoggingAdapter _log = Context.GetLogger();

    private IActorRef _requester = ActorRefs.Nobody;
    private RunId _run;
    private BackupPlan? _plan;
    private KnownBackup? _known;
    private CancellationTokenSource? _planning;

    /// <summary>Decides about visits of a continuous run; null in one that ends.</summary>
    private LagWatch? _watch;

    private bool _isLooking;
    private bool _isTakingGroups;
    private long _groupsAt;
    private long _lookedAt;

    /// <summary>The question that is repeated until it is answered.</summary>
    private object? _asked;

    private Queue<PartitionWork> _waiting = [];
    private Queue<RecordSource> _toRecord = [];
    private readonly Dictionary<PartitionId, PartitionWork> _assigned = [];
    private readonly RunFailures _failures = new();
    private readonly RunProgress _progress = new();
    private bool _isStopped;

    /// <summary>The run was stopped when no partition was at work, so nothing can have been left behind.</summary>
    private bool _hadNothingInHand;

    /// <summary>A coordinator for <paramref name="backup"/>.</summary>
    public BackupCoordinatorActor(
        BackupId backup, IBackupEnvironments environments, BackupCoordinatorSettings settings, TimeProvider clock, RetrySchedule retries, RunLog runLog,
        IActorRef manifest, IActorRef workers)
    {
        (_backup, _environments, _settings, _clock, _retries, _runLog, _manifest, _workers) =
            (backup, environments, settings, clock, retries, runLog, manifest, workers);
    }

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>How to make one.</summary>
    public static Props Props(
        BackupId backup, IBackupEnvironments environments, BackupCoordinatorSettings settings, TimeProvider clock, RetrySchedule retries, RunLog runLog,
        IActorRef manifest, IActorRef workers) =>
        Akka.Actor.Props.Create(() => new BackupCoordinatorActor(backup, environments, settings, clock, retries, runLog, manifest, workers));

    /// <summary>A fault of this program ends the run: whoever started it would wait for ever for an actor that has forgotten it.</summary>
    protected override void PreRestart(Exception reason, object message)
    {
        CancelAssigned(abandon: true);
        _requester.Tell(new BackupFinished(_backup, _run)
        {
            Failures = [new Fault(FailureKind.Internal,
                $"The run of backup '{_backup}' met a fault of this program ({reason.GetType().Name}: {reason.Message.ReplaceLineEndings(" ")}) and ended. What is committed is kept; run again, and report it.",
                IsRetryable: false)],
        });
        base.PreRestart(reason, message);
    }

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StartBackup start:
                (_requester, _run) = (Sender, start.Run);
                Timers.StartPeriodicTimer(Reassert.Instance, Reassert.Instance, _settings.ReassertInterval);
                AskManifest(new OpenLedger(_backup, _run));
                Become(Opening);
                break;
            case StopBackup or LedgerFailed:
                break; // There is no run to end.
            default:
                HandleCommon(message);
                break;
        }
    }

    private void Opening(object message)
    {
        switch (message)
        {
            case LedgerOpened opened when opened.Run == _run:
                _asked = null;
                Plan();
                Become(Planning);
                break;
            case StopBackup:
                _isStopped = true;
                End(new BackupFinished(_backup, _run) { WasStopped = true });
                break;
            default:
                HandleCommon(message);
                break;
        }
    }

    private void Planning(object message)
    {
        switch (message)
        {
            case Planned planned when planned.Run == _run:
                OnPlanned(planned.Known, planned.Look);
                break;
            case PlanFailed failed when failed.Run == _run:
                _failures.NoteEnd(failed.Failure);
                Finish();
                break;
            case StopBackup:
                _isStopped = true;
                _planning!.Cancel();
                Finish();
                break;
            default:
                HandleCommon(message);
                break;
        }
    }

    private void Recording(object message)
    {
        switch (message)
        {
            case SourceRecorded recorded when recorded.Run == _run:
                RecordNextOrRun();
                break;
            case StopBackup:
                _isStopped = true;
                Finish();
                break;
            default:
                HandleCommon(message);
                break;
        }
    }

    private void Running(object message)
    {
        switch (message)
        {
            case PartitionEnded ended when ended.Run == _run && _assigned.Remove(ended.Key.Partition, out var work):
                OnEnded(ended, work);
                break;
            case RefreshDue when !_isStopped:
                Look();
                break;
            case Refreshed looked when looked.Run == _run && !_isStopped:
                OnLooked(looked.Look);
                break;
            case PlanFailed failed when failed.Run == _run && !_isStopped:
                OnLookFailed(failed.Failure);
                break;
            case SourceRecorded recorded when recorded.Run == _run && _asked is RecordSource:
                RecordNextOrRun();
                break;
            case StopBackup when !_isStopped:
                _isStopped = true;
                _runLog.Stopping();
                _hadNothingInHand = _assigned.Count == 0;
                _waiting.Clear();
                _planning?.Cancel();
                CancelAssigned(abandon: false);
                Timers.StartSingleTimer(StopOverdue.Instance, StopOverdue.Instance, _settings.StopPatience);
                FinishIfDone();
                break;
            case StopOverdue:
                _assigned.Clear();
                FinishIfDone();
                break;
            case Reassert:
                RepeatQuestions();
                foreach (var work in _assigned.Values)
                {
                    Tell(_isStopped ? new CancelPartition(KeyOf(work.Partition), _run, Abandon: false) : new AssignPartition(KeyOf(work.Partition), _run, work.Ranges));
                }

                break;
            default:
                HandleCommon(message);
                break;
        }
    }

    private void Grouping(object message)
    {
        switch (message)
        {
            case GroupsTaken taken when taken.Run == _run:
                if (taken.Failure is { } failure)
                {
                    _failures.NoteEnd(failure);
                }

                FinishNow();
                break;
            case StopBackup:
                _isStopped = true;
                FinishNow();
                break;
            default:
                HandleCommon(message);
                break;
        }
    }

    private void Finishing(object message)
    {
        switch (message)
        {
            case RunFinished finished when finished.Run == _run:
                if (_plan is not null)
                {
                    _runLog.Finished(finished, _plan);
                }

                End(new BackupFinished(_backup, _run)
                {
                    Records = finished.Records,
                    Gaps = finished.Gaps,
                    Topics = _plan?.TopicCount ?? 0,
                    WasStopped = _isStopped && _watch is null, // A continuous run has no other end.
                    FailedPartitions = _failures.Partitions,
                    Failures = _failures.Gravest,
                });
                break;
            case StopBackup:
                _isStopped = true;
                break;
            default:
                HandleCommon(message);
                break;
        }
    }
}
