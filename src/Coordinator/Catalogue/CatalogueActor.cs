using Akka.Actor;
using KafkaBackup.Coordinator.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Coordinator.Catalogue.CatalogueMessages;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.CatalogueProtocol;

namespace KafkaBackup.Coordinator.Catalogue;

/// <summary>Keeps the catalogue: stores what is declared, fires schedules, asks coordinators for the runs that are wanted, and notes their ends.</summary>
/// <remarks>
/// A singleton, and no harm if there are two: the store decides, and a run that is asked for twice is one. What changes is stored before
/// anybody acts on it, one change at a time.
/// <code>
/// State     Leaves on          Goes to
/// Unread    Listed             Idle; until then questions wait
/// Idle      a change           Busy
/// Busy      Changed / failed   Idle, after the answer
/// </code>
/// </remarks>
public sealed class CatalogueActor : UntypedActor, IWithTimers
{
    /// <summary>How many questions wait at most; whoever asks more gets no answer, and asks again.</summary>
    private const int MaxWaiting = 10_000;

    private readonly CatalogueStore _store;
    private readonly CatalogueSettings _settings;
    private readonly TimeProvider _clock;
    private readonly RunLog _log;
    private readonly IActorRef _coordinators;
    private readonly CancellationTokenSource _stopped = new();
    private readonly SortedDictionary<BackupId, DeclaredBackup> _declared = [];
    private readonly Queue<(object Message, IActorRef From)> _waiting = [];
    private readonly HashSet<string> _told = [];
    private bool _isRead;
    private bool _isBusy;
    private bool _isListing;

    /// <summary>A keeper of the catalogue in <paramref name="store"/>.</summary>
    public CatalogueActor(CatalogueStore store, CatalogueSettings settings, TimeProvider clock, RunLog log, IActorRef coordinators) =>
        (_store, _settings, _clock, _log, _coordinators) = (store, settings, clock, log, coordinators);

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Props of a keeper.</summary>
    public static Props Props(CatalogueStore store, CatalogueSettings settings, TimeProvider clock, RunLog log, IActorRef coordinators) =>
        Akka.Actor.Props.Create(() => new CatalogueActor(store, settings, clock, log, coordinators));

    /// <inheritdoc />
    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(Tick.Instance, Tick.Instance, _settings.TickInterval);
        Timers.StartPeriodicTimer(Assert.Instance, Assert.Instance, _settings.AssertInterval);
        Timers.StartPeriodicTimer(ListDue.Instance, ListDue.Instance, _settings.ListInterval);
        List();
    }

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case DeclareBackup or ChangeBackup or BackupFinished or GetBackup or GetBackups when _waiting.Count < MaxWaiting:
                _waiting.Enqueue((message, Sender));
                Continue();
                break;
            case Listed listed:
                OnListed(listed);
                Continue();
                break;
            case ListFailed failed:
                _isListing = false;
                TellOnce($"The catalogue cannot be read: {failed.Failure.Message}");
                break;
            case Changed changed:
                _isBusy = false;
                OnChanged(changed);
                Continue();
                break;
            case ChangeFailed failed:
                _isBusy = false;
                failed.Asker.Tell(new CatalogueAnswer(failed.Failure, null));
                Continue();
                break;
            case Tick:
                OnTick();
                break;
            case Assert:
                foreach (var declared in _declared.Values)
                {
                    AskFor(declared);
                }

                break;
            case ListDue:
                List();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Continue()
    {
        while (_isRead && !_isBusy && _waiting.TryDequeue(out var next))
        {
            Handle(next.Message, next.From);
        }
    }

    private void Handle(object message, IActorRef from)
    {
        var (now, run) = (_clock.GetUtcNow(), Guid.NewGuid().ToString("N"));
        switch (message)
        {
            case GetBackup ask:
                from.Tell(new CatalogueAnswer(null, _declared.GetValueOrDefault(ask.Backup)));
                break;
            case GetBackups ask:
                var rest = _declared.Values.Where(declared => ask.After is null || string.CompareOrdinal(declared.Backup.Value, ask.After) > 0);
                var page = rest.Take(MaxListed + 1).Select(Brief).ToList();
                from.Tell(new BackupList([.. page.Take(MaxListed)], page.Count > MaxListed));
                break;
            case DeclareBackup declare:
                Change(declare.Backup, known => CatalogueRules.Declare(known, declare, now, run), from);
                break;
            case ChangeBackup change:
                Change(change.Backup, known => known is null ? throw Unknown(change.Backup) : CatalogueRules.Change(known, change.Order, now, change.Run ?? run), from);
                break;
            case BackupFinished { Refusal: not null } refused when _declared.GetValueOrDefault(refused.Backup)?.Current?.Placement == refused.Placement:
                Change(refused.Backup, known => known is null ? null : CatalogueRules.Refuse(known, refused, CoordinatorHosting.ShardCount, now), ActorRefs.Nobody);
                break;
            case BackupFinished { Refusal: not null }:
                break; // Of a coordinator that is not asked any more.
            case BackupFinished finished when _declared.GetValueOrDefault(finished.Backup)?.Current?.Id == finished.Run.Value:
                Change(finished.Backup, known => known is null ? null : CatalogueRules.End(known, finished, now), ActorRefs.Nobody);
                break;
            case Tick:
                foreach (var due in _declared.Values.Where(declared => declared.NextAt <= now && declared.Current is null).Take(1).ToList())
                {
                    Change(due.Backup, known => known is null ? null : CatalogueRules.Tick(known, now, run), ActorRefs.Nobody);
                }

                break;
        }
    }

    /// <summary>What a list shows: a page of them fits into a frame.</summary>
    private static DeclaredBackup Brief(DeclaredBackup declared) =>
        declared with { Definition = "", Runs = [.. declared.Runs.Take(1).Select(run => run with { Failures = [.. run.Failures.Take(1)] })] };

    private void Change(BackupId backup, Func<DeclaredBackup?, DeclaredBackup?> change, IActorRef asker)
    {
        _isBusy = true;
        var cancellation = _stopped.Token;
        _ = Task.Run(() => _store.ChangeAsync(backup, change, cancellation), CancellationToken.None).PipeTo(
            Self, success: declared => new Changed(backup, declared, asker), failure: e => new ChangeFailed(Fault.Of(e), asker));
    }

    private void OnChanged(Changed changed)
    {
        Know(changed.Backup, changed.Declared);
        changed.Asker.Tell(new CatalogueAnswer(null, changed.Declared));
        OnTick(); // Several may be due at the same time.
    }

    private void OnListed(Listed listed)
    {
        (_isListing, _isRead) = (false, true);
        _told.IntersectWith(listed.Damaged); // What comes again after it was well is told again.
        foreach (var problem in listed.Damaged)
        {
            TellOnce(problem);
        }

        if (_isBusy)
        {
            return; // What is being changed is newer than what was read.
        }

        foreach (var gone in _declared.Keys.Except(listed.Declared.Select(declared => declared.Backup)).ToList())
        {
            Know(gone, null);
        }

        foreach (var declared in listed.Declared)
        {
            Know(declared.Backup, declared);
        }
    }

    private void Know(BackupId backup, DeclaredBackup? declared)
    {
        var before = _declared.GetValueOrDefault(backup);
        if (declared is null)
        {
            _declared.Remove(backup);
            return;
        }

        _declared[backup] = declared;
        if (declared.Current != before?.Current || declared.IsStopping != before?.IsStopping)
        {
            AskFor(declared);
        }
    }

    /// <summary>Asks the backup's coordinator for what is wanted; it answers with the end of the run.</summary>
    private void AskFor(DeclaredBackup declared)
    {
        if (declared.Current is { } run)
        {
            _coordinators.Tell(declared.IsStopping
                ? new StopBackup(declared.Backup) { Run = new RunId(run.Id), Placement = run.Placement }
                : new StartBackup(declared.Backup, new RunId(run.Id)) { Definition = declared.Definition, Placement = run.Placement });
        }
    }

    private void OnTick()
    {
        if (_declared.Values.Any(declared => declared.NextAt <= _clock.GetUtcNow() && declared.Current is null) && _waiting.All(item => item.Message is not Tick))
        {
            _waiting.Enqueue((Tick.Instance, ActorRefs.Nobody));
            Continue();
        }
    }

    private void List()
    {
        if (_isListing)
        {
            return;
        }

        _isListing = true;
        var cancellation = _stopped.Token;
        _ = Task.Run(() => _store.ListAsync(cancellation), CancellationToken.None).PipeTo(
            Self, success: read => new Listed(read.Declared, read.Damaged), failure: e => new ListFailed(Fault.Of(e)));
    }

    private void TellOnce(string problem)
    {
        if (_told.Add(problem))
        {
            _log.Warning(problem);
        }
    }

    private BackupException Unknown(BackupId backup) =>
        new(FailureKind.Configuration, $"No backup '{backup}' is declared in {_store.Name}. See 'kafka-backup cluster backups', or submit it.");

    /// <inheritdoc />
    protected override void PostStop()
    {
        _stopped.Cancel();
        base.PostStop();
    }
}
