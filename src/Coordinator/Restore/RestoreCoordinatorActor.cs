using Akka.Actor;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Coordinator.Restore.RestoreEffects;
using static KafkaBackup.Coordinator.Restore.RestoreMessages;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>Conducts one restore. It only receives, and carries out what <see cref="RestoreRunState"/> decides; the state table is there.</summary>
public sealed class RestoreCoordinatorActor : UntypedActor, IWithTimers
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMinutes(1);

    private readonly RestoreServices _services;
    private readonly RestoreReporter _reporter;
    private readonly CancellationTokenSource _stopped = new();
    private RestoreRunState _state;
    private RestorePlan? _plan;
    private RestoreClaim? _claim;
    private bool _isBeating;
    private IActorRef _requester = ActorRefs.Nobody;

    /// <summary>A coordinator for the restore that <paramref name="services"/> describe.</summary>
    public RestoreCoordinatorActor(RestoreServices services) =>
        (_services, _reporter, _state) = (services, new RestoreReporter(services), new RestoreRunState(
            services.Configuration.Restore.MaxConcurrentPartitions, services.Configuration.Restore.IsDryRun, services.Configuration.Restore.ReadsBack)
        {
            Strategy = services.Configuration.Restore.GroupStrategy,
            Acks = services.Configuration.Restore.Produce.Acks,
            Policy = services.Configuration.Restore.RetentionPolicy,
        });

    /// <summary>Props of a coordinator.</summary>
    public static Props Props(RestoreServices services) => Akka.Actor.Props.Create(() => new RestoreCoordinatorActor(services));

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc />
    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(ProgressDue.Instance, ProgressDue.Instance, ProgressInterval);
        Timers.StartPeriodicTimer(BeatDue.Instance, BeatDue.Instance, RestoreClaim.BeatInterval);
    }

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StartRestore:
                _requester = Sender;
                CarryOut(_state.Begin());
                break;
            case GetBackupStatus:
                Sender.Tell(Status);
                break;
            case ProgressDue when _state.Phase == RestorePhase.Restoring:
                _services.Log.Progress(_services.ReadRecords(), Status);
                break;
            case ProgressDue:
                break;
            case StopRestore:
                CarryOut(_state.On(message));
                break;
            case Planned planned:
                (_plan, _claim) = (planned.Plan, planned.Claim);
                _services.Planned(planned.Plan);
                CarryOut(_state.On(message));
                break;
            case WorkerGone gone:
                foreach (var lost in gone.Lost)
                {
                    CarryOut(_state.On(lost)); // Passed over when the worker has told its end, as a worker does before it goes.
                }

                break;
            case BeatDue:
                Beat();
                break;
            case Beaten beaten:
                _isBeating = false;
                OnBeaten(beaten.Failure);
                break;
            case LetGo ended:
                _requester.Tell(ended.End);
                break;
            case ClaimLost lost:
                _claim = lost.IsTaken ? null : _claim; // What only lapsed is let go as soon as the store is there.
                CarryOut(_state.On(message));
                break;
            case Released released:
                _plan = _plan! with { Topics = [.. _plan.Topics.Select(topic => released.Topics.Contains(topic.Made.Name) ? topic.WithoutHold() : topic)] };
                CarryOut(_state.On(message));
                break;
            case TopicMade or PartitionRestored or Counted or GroupSet or PlacesFound or StepFailed:
                CarryOut(_state.On(message));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>A fault of this program ends the restore: whoever started it would wait for ever for an actor that has forgotten it.</summary>
    protected override void PreRestart(Exception reason, object message)
    {
        var fault = new Fault(FailureKind.Internal, $"The restore met a fault of this program ({reason.GetType().Name}: {reason.Message.ReplaceLineEndings(" ")}) and ended; report it.", IsRetryable: false);
        _requester.Tell(new RestoreFinished { Failures = [fault] });
        base.PreRestart(reason, message);
    }

    /// <inheritdoc />
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    /// <inheritdoc />
    protected override void PostStop() => _stopped.Cancel();

    private BackupStatus Status => new(
        _services.Configuration.BackupId, _state.Phase.ToString(), _plan?.Orders.Count ?? 0, _state.Done,
        _plan?.Records ?? 0);

    private void CarryOut(RestoreStep step)
    {
        _state = step.State;
        foreach (var effect in step.Effects)
        {
            CarryOut(effect);
        }
    }

    private void CarryOut(RestoreEffect effect)
    {
        switch (effect)
        {
            case MakePlan:
                Pipe(new RestorePreparation(_services).PrepareAsync(_stopped.Token), planned => planned);
                break;
            case MakeTopic make:
                Pipe(make.Topic.Exists ? TakeAsync(make.Topic, _claim) : MakeAsync(make.Topic, _claim), made => made);
                break;
            case StartWorkers start:
                var lost = new Fault(FailureKind.Internal, "The worker of this partition met a fault of this program and ended; report it.", IsRetryable: false);
                foreach (var worker in _services.Workers(start.Orders))
                {
                    Context.WatchWith(Context.ActorOf(worker.Props), new WorkerGone([.. worker.Orders.Select(order => new PartitionRestored(order) { Failure = lost })]));
                }

                break;
            case BreakOff:
                _stopped.Cancel();
                break;
            case CutOff:
                _ = _services.CutOff(); // Nobody waits for it: it is over for this process.
                break;
            case StopWorkers:
                Context.ActorSelection("*").Tell(StopRestore.Instance);
                break;
            case Count count:
                Pipe(new TargetCounting(_services.Catalog, _services.Clock).CountAsync(count.Ends, _stopped.Token), bounds => new Counted(bounds));
                break;
            case SetGroup { Group: var group }:
                var log = _services.Log;
                _ = _services.Groups.SetAsync(group.Id, group.Places.ToDictionary(place => place.Target, place => new CommittedOffset(place.Offset, place.Metadata)), () => log.Waits(group.Id), _stopped.Token)
                    .PipeTo(Self, success: without => new GroupSet(group, null, without), failure: e => new GroupSet(group, Fault.Of(e)));
                break;
            case FindPlaces find:
                Pipe(new PlacesByTime(_services.Store, _services.Catalog).FindAsync(find.Groups, find.Orders, _stopped.Token), groups => new PlacesFound(groups));
                break;
            case ReleaseHolds release:
                Pipe(new HoldRelease(_services, _claim).RunAsync(release.Topics, _stopped.Token), topics => new Released(topics));
                break;
            case Say say:
                say.Sentence(_services.Log);
                break;
            case TellEnd end:
                _ = LetGoAsync(end.Message, _claim).PipeTo(Self);
                _claim = null;
                break;
            default:
                throw new ArgumentException($"Nobody carries out a {effect.GetType().Name}.", nameof(effect));
        }
    }

    private void Pipe<T>(Task<T> work, Func<T, object> then) => _ = work.PipeTo(Self, success: then, failure: e => new StepFailed(Fault.Of(e)));

    /// <summary>Makes a topic, and writes down which one it is.</summary>
    private async Task<TopicMade> MakeAsync(RestoreTopic topic, RestoreClaim? claim)
    {
        var leftOut = topic.IsMade ? [] : await _services.Topics.CreateAsync(topic.Made, _stopped.Token);
        await NoteAsync(topic with { Held = topic.Held.Where(setting => !leftOut.Contains(setting.Key)).ToDictionary(StringComparer.Ordinal) }, claim, new Dictionary<int, long>());
        return new TopicMade(topic, leftOut);
    }

    /// <summary>Takes a topic that others made: holds what is to be held of it, empties it if that is wanted, and writes down where the restore begins in it.</summary>
    private async Task<TopicMade> TakeAsync(RestoreTopic topic, RestoreClaim? claim)
    {
        var (name, plan) = (topic.Made.Name, _plan!);
        if (topic.Held.Count > 0)
        {
            _services.Log.Holds(topic); // What it had stands in the document since the plan was made, if there is one.
            _stopped.Token.ThrowIfCancellationRequested();
            await _services.Topics.SetAsync(name, topic.Held.Keys.ToDictionary(setting => setting, string? (setting) => RestorePlan.HoldOf(setting), StringComparer.Ordinal), _stopped.Token);
        }

        if (claim?.Document.Topics[name].IsBegun == true)
        {
            return new TopicMade(topic, []);
        }

        var targets = plan.Orders.Select(order => order.Target).Where(target => target.Topic == name).ToList();
        var ends = await new TopicEmptying(_services).EmptyAsync(targets, () => WriteAsync(claim, same => same), _stopped.Token);
        await NoteAsync(topic, claim, ends);
        return new TopicMade(topic, [], ends);
    }

    private async Task NoteAsync(RestoreTopic topic, RestoreClaim? claim, IReadOnlyDictionary<int, long> ends)
    {
        if (claim is not null)
        {
            var ids = await _services.Catalog.GetTopicIdsAsync([topic.Made.Name], _stopped.Token);
            await WriteAsync(claim, document => document.With(topic, ids.GetValueOrDefault(topic.Made.Name), ends));
        }
    }

    private static Task WriteAsync(RestoreClaim? claim, Func<RestoreDocument, RestoreDocument> change) => claim?.WriteAsync(change, CancellationToken.None) ?? Task.CompletedTask;

    /// <summary>Writes down how far it is, so that others see that this process is at work.</summary>
    private void Beat()
    {
        if (_claim is { HasLapsed: true } && _state.Phase != RestorePhase.Ended)
        {
            Self.Tell(new ClaimLost(new Fault(FailureKind.Storage,
                $"{_services.Store.Name} has taken no note for {RestoreClaim.Lapse.TotalSeconds:0} s of how far the restore is, so another process may take it over: this one stopped. "
                + "Start it again, once the storage is there: it goes on from what the target holds.", IsRetryable: true), IsTaken: false));
        }
        else if (_claim is { } claim && !_isBeating && _state.Phase != RestorePhase.Ended)
        {
            _isBeating = true;
            var positions = _services.Positions().ToDictionary(position => position.Key, RestoredSoFar? (position) => position.Value);
            _ = claim.WriteAsync(document => document.WithPositions(positions), CancellationToken.None).PipeTo(Self, success: () => new Beaten(null), failure: e => new Beaten(Fault.Of(e)));
        }
    }

    /// <summary>A claim that another has ends the restore at once. What else keeps it from being written may pass, before it lapses.</summary>
    private void OnBeaten(Fault? failure)
    {
        if (failure is { Kind: FailureKind.Fenced })
        {
            Self.Tell(new ClaimLost(failure, IsTaken: true));
        }
        else if (failure is not null)
        {
            _services.Log.NotNoted(failure.Message);
        }
    }

    /// <summary>Lets others go on with the restore, once nothing of this process can arrive at the target any more. Until then they would have to wait.</summary>
    private async Task<LetGo> LetGoAsync(RestoreFinished finished, RestoreClaim? claim)
    {
        finished = finished with { Report = _reporter.Make(_plan, claim?.Document, finished) };
        if (claim is not null)
        {
            try
            {
                var now = _services.Clock.GetUtcNow();
                var positions = _services.Positions().ToDictionary(position => position.Key, RestoredSoFar? (position) => position.Value);
                foreach (var partition in finished.Partitions.Where(partition => partition.IsOther))
                {
                    positions[partition.Order.Target] = null; // The next attempt compares all of it.
                }

                var isWhole = finished is { WasStopped: false, Failures.Count: 0 };
                foreach (var partition in isWhole ? finished.Partitions.Where(partition => partition.Harms != default) : [])
                {
                    // Nothing goes on behind it any more: what was left out behind the last record counts, too.
                    positions[partition.Order.Target] = (positions.GetValueOrDefault(partition.Order.Target) ?? new RestoredSoFar { Records = 0, SourceOffset = -1 }) with { Harms = partition.Harms };
                }

                Func<RestoreDocument, RestoreDocument> change = document => isWhole ? document.WithPositions(positions).AsWhole(now) : document.WithPositions(positions);
                var isCutOff = await IsCutOffAsync();
                await claim.WriteAsync(change, CancellationToken.None); // Whoever has taken over writes the report.
                await _reporter.WriteAsync(_plan!, finished.Report);
                await (isCutOff ? claim.LetGoAsync(document => document, CancellationToken.None) : Task.CompletedTask);
            }
            catch (Exception e)
            {
                _services.Log.NotNoted(Fault.Of(e).Message); // Others wait until the claim lapses.
                finished = finished with { HasLapsed = false };
            }
        }

        return new LetGo(finished);
    }

    /// <summary>Whether nothing of this process can arrive at the target any more; otherwise others have to wait until it is gone.</summary>
    private async Task<bool> IsCutOffAsync()
    {
        var cutOff = _services.CutOff();
        return await Task.WhenAny(cutOff, Task.Delay(CutOffPatience, _services.Clock)) == cutOff && cutOff.IsCompletedSuccessfully; // A node that does not say so may be writing.
    }

    private static readonly TimeSpan CutOffPatience = TimeSpan.FromSeconds(10);
}
