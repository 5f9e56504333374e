using Akka.Actor;
using Akka.Event;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Coordinator.Manifest.LedgerMessages;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;

namespace KafkaBackup.Coordinator.Manifest;

/// <summary>Writes the ledger of one backup: one operation at a time, commits of all partitions gathered into one swap.</summary>
/// <remarks>
/// The rules are the ledger's; this actor owns only the order of things. While an operation is under way, messages that concern the
/// ledger wait.
/// <code>
/// State      Leaves on                              Goes to
/// Unopened   OpenLedger                             Busy (opening)
/// Idle       a message that needs the ledger        Busy, unless it can be answered at once
/// Busy       OperationDone                          Idle, after the answers
///            OperationFailed                        stops: to the coordinator goes LedgerFailed, to the workers nothing
/// </code>
/// A worker that hears nothing repeats its commit; whether it was committed is then for whoever is the current writer to say.
/// </remarks>
public sealed class LedgerActor : UntypedActor, IWithTimers
{
    private readonly BackupId _backup;
    private readonly LedgerServices _services;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly CancellationTokenSource _stopped = new();

    /// <summary>Commits in order of arrival, each with who wants to hear of it.</summary>
    private readonly List<(CommitSegment Commit, IActorRef From)> _commits = [];

    /// <summary>Other messages that wait for the operation under way.</summary>
    private readonly Queue<(object Message, IActorRef From)> _requests = [];

    private LedgerSession? _session;
    private RunId _run;
    private IActorRef _coordinator = ActorRefs.Nobody;
    private bool _isBusy;
    private bool _isCommitDue = true;
    private bool _isSyncDue;
    private bool _isFinished;

    /// <summary>An actor for <paramref name="backup"/>.</summary>
    public LedgerActor(BackupId backup, LedgerServices services) => (_backup, _services) = (backup, services);

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The recipe of the ledger actor of <paramref name="backup"/>.</summary>
    public static Props Props(BackupId backup, LedgerServices services) => Akka.Actor.Props.Create(() => new LedgerActor(backup, services));

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
            case CommitSegment commit when _commits.Count < _services.Settings.MaxWaiting:
                _commits.Add((commit, Sender));
                Continue();
                break;
            case FinishRun { WasStopped: true } when _session is not null:
                _services.Environments.For(_backup, _run).Patience.Hurry(); // Whatever is under way.
                Request(message);
                break;
            case OpenLedger or FinishRun:
                Request(message);
                break;
            case RecordSource or GetUncovered when _requests.Count < _services.Settings.MaxWaiting:
                Request(message);
                break;
            case CommitSegment or RecordSource or GetUncovered:
                break; // Dropped: its sender repeats it.
            case CommitDue:
                _isCommitDue = true;
                Continue();
                break;
            case SyncDue:
                _isSyncDue = true;
                Continue();
                break;
            case IdleDue when _isFinished && !_isBusy && _commits.Count == 0 && _requests.Count == 0:
                Context.Stop(Self); // The next run opens it anew. What comes in between is repeated.
                break;
            case IdleDue:
                break;
            case OperationDone done:
                _isBusy = false;
                done.Then();
                Continue();
                break;
            case OperationFailed failed:
                Fail(failed.Failure);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>A question that is repeated while an operation takes long waits once: a store may be away for days.</summary>
    private void Request(object message)
    {
        if (message is not (OpenLedger or FinishRun) || !_requests.Contains((message, Sender)))
        {
            _requests.Enqueue((message, Sender));
        }

        Continue();
    }

    /// <summary>Starts what is next, if nothing is under way. Requests go first but for the last one, which wants all commits done.</summary>
    private void Continue()
    {
        while (!_isBusy)
        {
            if (_requests.TryPeek(out var next) && next.Message is not FinishRun)
            {
                _requests.Dequeue();
                Handle(next.Message, next.From);
            }
            else if (!_isFinished && _session?.IsCompactionDue == true)
            {
                Start(_session.CompactAsync(_stopped.Token), () => { }); // After the answers to those whose commits made it due.
            }
            else if (next.Message is not null && _commits.Count == 0)
            {
                _requests.Dequeue();
                Handle(next.Message, next.From);
            }
            else if (_commits.Count > 0 && _session is null)
            {
                _commits.Clear(); // Nobody opened the ledger here yet: a run that this actor knows nothing of. Its workers will ask again.
            }
            else if (_commits.Count > 0 && _isCommitDue)
            {
                Commit();
            }
            else if (_isSyncDue && _session is not null)
            {
                _isSyncDue = false;
                Start(_session.SyncAsync(_stopped.Token), () => { });
            }
            else
            {
                return;
            }
        }
    }

    private void Handle(object message, IActorRef from)
    {
        switch (message)
        {
            case OpenLedger open when _session is not null && open.Run == _run:
                _coordinator = from; // Asked again: the answer was lost.
                from.Tell(new LedgerOpened(_backup, _run));
                break;
            case OpenLedger open:
                Open(open, from);
                break;
            case GetUncovered ask when _session is not null:
                Tell(ask, from);
                break;
            case RecordSource record when _session is not null && record.Run == _run:
                Start(_session.RecordSourceAsync(record.ClusterId, record.Topics, _stopped.Token), () => from.Tell(new SourceRecorded(_backup, record.Run) { Number = record.Number }));
                break;
            case FinishRun finish when _session is not null && finish.Run == _run:
                _isFinished = true;
                Timers.Cancel(SyncDue.Instance);
                Start(_session.FinishAsync(finish.IsClean, _stopped.Token), () =>
                {
                    Timers.StartSingleTimer(IdleDue.Instance, IdleDue.Instance, _services.Settings.IdleAfter);
                    from.Tell(new RunFinished(_backup, finish.Run, _session.CommittedRecords, _session.CommittedGaps, _session.OffsetsSyncedTo)
                    {
                        Healed = _session.Healed,
                        ViewFailure = _session.ViewFailure,
                    });
                });
                break;
            default:
                _log.Debug("{Message} came before any run opened the ledger of {Backup}; its sender will ask again", message.GetType().Name, _backup);
                break;
        }
    }

    private void Tell(GetUncovered ask, IActorRef from)
    {
        var ranges = _session!.Uncovered(ask.Partition, ask.Ranges);
        if (ranges.Count > 0 && !_session.HasClaimed)
        {
            Start(_session.ClaimAsync(_stopped.Token), () => Tell(ask, from));
            return;
        }

        var (page, hasMore) = RangePages.First(ranges);
        from.Tell(new Uncovered(_backup, ask.Partition, ask.Assignment, page, _session.Epoch, _session.LeaderEpochBefore(ask.Partition, page)) { HasMore = hasMore });
    }

    private void Open(OpenLedger open, IActorRef from)
    {
        if (_services.Environments.Prepare(_backup, open.Run, open.Definition) is { } unfit)
        {
            from.Tell(new LedgerFailed(_backup, open.Run, unfit) { IsUnfit = true }); // A run that is under way here goes on.
            return;
        }

        Timers.Cancel(IdleDue.Instance);
        (_run, _coordinator, _isFinished) = (open.Run, from, false);
        var session = _session = new LedgerSession(_backup, open.Run, _services);
        Start(session.OpenAsync(_stopped.Token), () =>
        {
            var environment = _services.Environments.For(_backup, open.Run);
            Timers.StartPeriodicTimer(SyncDue.Instance, SyncDue.Instance, environment.Configuration.SyncInterval);

            from.Tell(new LedgerOpened(_backup, open.Run));
        });
    }

    private void Commit()
    {
        var batch = _commits.ToList();
        _commits.Clear();
        _isCommitDue = false;
        Timers.StartSingleTimer(CommitDue.Instance, CommitDue.Instance, _services.Settings.CommitInterval);
        var session = _session!;
        var committing = session.CommitAsync(batch.Select(item => item.Commit).ToList(), _stopped.Token);
        Start(committing, () =>
        {
            // The head was swapped: only now may anybody hear of it.
            foreach (var ((commit, from), verdict) in batch.Zip(committing.Result))
            {
                var (partition, range) = (commit.Entry.Partition, commit.Entry.Range);
                from.Tell(verdict == CommitVerdict.Rejected
                    ? new Rejected(_backup, partition, commit.Assignment, range, session.Epoch) { Final = session.WhyNever(commit) }
                    : new Committed(_backup, partition, commit.Assignment, range, session.Epoch) { WasThere = verdict == CommitVerdict.Repeated });
            }
        });
    }

    private void Start(Task operation, Action then)
    {
        _isBusy = true;
        _ = operation.PipeTo(Self, success: () => new OperationDone(then), failure: e => new OperationFailed(Fault.Of(e)));
    }

    private void Fail(Fault failure)
    {
        _log.Debug("The ledger actor of {Backup} stops: {Failure}", _backup, failure.Message);
        _coordinator.Tell(new LedgerFailed(_backup, _run, failure));
        Context.Stop(Self);
    }

    /// <inheritdoc />
    protected override void PostStop()
    {
        _stopped.Cancel();
        base.PostStop();
    }
}
