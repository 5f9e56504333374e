using Akka.Actor;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
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
    private readonly CancellationTokenSource _stopped = new();
    private RestoreRunState _state;
    private RestorePlan? _plan;
    private IActorRef _requester = ActorRefs.Nobody;

    /// <summary>A coordinator for the restore that <paramref name="services"/> describe.</summary>
    public RestoreCoordinatorActor(RestoreServices services) =>
        (_services, _state) = (services, new RestoreRunState(services.Configuration.Restore.MaxConcurrentPartitions, services.Configuration.Restore.IsDryRun));

    /// <summary>Props of a coordinator.</summary>
    public static Props Props(RestoreServices services) => Akka.Actor.Props.Create(() => new RestoreCoordinatorActor(services));

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc />
    protected override void PreStart() => Timers.StartPeriodicTimer(ProgressDue.Instance, ProgressDue.Instance, ProgressInterval);

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
                _plan = planned.Plan;
                _services.Planned(planned.Plan);
                CarryOut(_state.On(message));
                break;
            case WorkerGone gone:
                CarryOut(_state.On(gone.Lost)); // Passed over when the worker has told its end, as a worker does before it goes.
                break;
            case TopicMade or PartitionRestored or Counted or StepFailed:
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
                Pipe(PlanAsync(), plan => new Planned(plan));
                break;
            case MakeTopic make:
                Pipe(_services.Topics.CreateAsync(make.Topic.Made, _stopped.Token), leftOut => new TopicMade(make.Topic, leftOut));
                break;
            case StartWorker start:
                var lost = new Fault(FailureKind.Internal, "The worker of this partition met a fault of this program and ended; report it.", IsRetryable: false);
                Context.WatchWith(Context.ActorOf(_services.Worker(start.Order)), new WorkerGone(new PartitionRestored(start.Order) { Failure = lost }));
                break;
            case BreakOff:
                _stopped.Cancel();
                break;
            case StopWorkers:
                Context.ActorSelection("*").Tell(StopRestore.Instance);
                break;
            case Count count:
                Pipe(_services.Catalog.GetBoundsAsync(count.Partitions, LogEnd.HighWatermark, _stopped.Token), bounds => new Counted(bounds));
                break;
            case Say say:
                say.Sentence(_services.Log);
                break;
            case TellEnd end:
                _requester.Tell(end.Message);
                break;
            default:
                throw new ArgumentException($"Nobody carries out a {effect.GetType().Name}.", nameof(effect));
        }
    }

    private void Pipe<T>(Task<T> work, Func<T, object> then) => _ = work.PipeTo(Self, success: then, failure: e => new StepFailed(Fault.Of(e)));

    private async Task<RestorePlan> PlanAsync()
    {
        var manifest = await new BackupReader(_services.Store).ReadAsync(_services.Configuration.BackupId.Value, _stopped.Token);
        var brokers = await _services.Topics.CountBrokersAsync(_stopped.Token);
        var plan = RestorePlan.Of(manifest, _services.Configuration, brokers);
        var there = await _services.Catalog.GetTopicIdsAsync([.. plan.Topics.Select(topic => topic.Made.Name)], _stopped.Token);
        return there.Count == 0 ? plan : throw new BackupException(FailureKind.Configuration,
            $"The target has {string.Join(", ", there.Keys.Order(StringComparer.Ordinal).Take(MaxNamed).Select(name => $"'{name}'"))}{(there.Count > MaxNamed ? " and others" : "")} already, "
            + "and nothing was restored: this version restores into topics that it creates. Delete them, or give the restored ones other names by restore.topic_mapping.");
    }

    private const int MaxNamed = 10;
}
