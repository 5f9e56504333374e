using Akka.Actor;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.PartitionWorkers.Backup.WorkerEffects;
using static KafkaBackup.PartitionWorkers.Backup.WorkerMessages;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.PartitionWorkers.Backup;

/// <summary>Backs up one partition. It only receives, and carries out what <see cref="PartitionWorkerState"/> decides; the state table is there.</summary>
/// <remarks>
/// The ledger, not this actor and not its journal, is the truth. The journal is a child: it may fail in any way, and all that is lost is that
/// uploads of an earlier life are read again.
/// </remarks>
public sealed class PartitionWorkerActor : UntypedActor, IWithTimers
{
    /// <summary>How long after its order was repeated last a worker that is not in its partition's own shard goes on. Whoever coordinates next may not
    /// know of it, and orders the partition elsewhere.</summary>
    internal static readonly TimeSpan OrphanedAfter = TimeSpan.FromSeconds(30);

    /// <summary>How long the journal may take at the end. What it has not written then is offered to the ledger once more, which costs a question.</summary>
    internal static readonly TimeSpan FarewellPatience = TimeSpan.FromSeconds(5);

    private readonly PartitionKey _key;
    private readonly int _placement;
    private readonly PartitionWorkerServices _services;
    private readonly IActorRef _ledger;
    private readonly IActorRef _permits;
    private readonly IActorRef _self;
    private PartitionWorkerState _state;

    /// <summary>Who gave the order in work, or asked about it last: whoever coordinates now hears of the end.</summary>
    private IActorRef _coordinator = ActorRefs.Nobody;

    private IActorRef? _journal;
    private SegmentPipeline? _pipeline;
    private CancellationTokenSource? _cancel;

    /// <summary>A worker for <paramref name="key"/>.</summary>
    /// <param name="key">The partition.</param>
    /// <param name="placement">How many shards on from its own it is.</param>
    /// <param name="services">What the workers share.</param>
    /// <param name="ledger">Answers for the ledger.</param>
    /// <param name="permits">Hands out memory.</param>
    public PartitionWorkerActor(PartitionKey key, int placement, PartitionWorkerServices services, IActorRef ledger, IActorRef permits)
    {
        _placement = placement;
        (_key, _services, _ledger, _permits, _self) = (key, services, ledger, permits, Self);
        _state = new PartitionWorkerState(key, services.Settings);
    }

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Props of a worker for <paramref name="key"/>.</summary>
    public static Props Props(PartitionKey key, int placement, PartitionWorkerServices services, IActorRef ledger, IActorRef permits) =>
        Akka.Actor.Props.Create(typeof(PartitionWorkerActor), key, placement, services, ledger, permits);

    /// <inheritdoc />
    protected override void PreStart()
    {
        _services.Node.Drained += OnDrained;
        if (!_services.Journal.IsUsable || !_services.Journaled.MayHave(PartitionJournalActor.PersistenceIdOf(_key, _placement)))
        {
            Take(JournalRead.Nothing);
            return;
        }

        _journal = OpenJournal();
        Timers.StartSingleTimer(JournalDue.Instance, JournalDue.Instance, _services.Settings.JournalPatience);
    }

    /// <inheritdoc />
    protected override bool AroundReceive(Receive receive, object message)
    {
        using var about = _services.Log.About(_key.Backup);
        return base.AroundReceive(receive, message);
    }

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case GetPartitionStatus:
                Sender.Tell(new PartitionStatus(_key, _state.PhaseName, _state.Position));
                break;
            case AssignPartition order when WhyRefused(order) is { } why:
                Refuse(order, why);
                break;
            case AssignPartition or CancelPartition:
                _coordinator = Sender;
                if (_placement > 0)
                {
                    Timers.StartSingleTimer(OrphanedDue.Instance, OrphanedDue.Instance, OrphanedAfter);
                }

                Take(message);
                break;
            case OrphanedDue:
                Take(new GiveBack(new Fault(FailureKind.Internal, $"Nobody has asked for {_key} any more for {OrphanedAfter.TotalSeconds:0} s.", IsRetryable: true), _services.Node.Refusal));
                break;
            case JournalDue when _state.Phase == WorkerPhase.Recovering:
                _services.Journal.Failed("read", new TimeoutException($"it did not answer for {_services.Settings.JournalPatience.TotalSeconds:0} s"));
                Context.Stop(Context.Unwatch(_journal));
                _journal = null;
                Take(JournalRead.Nothing);
                break;
            case JournalDue:
                break; // It answered in time.
            case Terminated:
                _journal = null;
                Take(JournalRead.Nothing);
                break;
            case StopPartition or GiveBack or Uncovered or Committed or Rejected or PermitGranted or JournalRead or OffersChecked or EntryStored or PipelineEnded
                or BoundsRead or AnswerDue or RetryDue:
                Take(message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <inheritdoc />
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    /// <summary>What the work in hand needs, as the run that ordered it defines it.</summary>
    private BackupEnvironment Environment => _services.Environments.For(_key.Backup, _state.Work!.Assignment.Run);

    /// <summary>Why this node does not take an order: it lacks what the backup needs, such as a variable, or is drained.</summary>
    private Fault? WhyRefused(AssignPartition order) =>
        _services.Environments.Prepare(_key.Backup, order.Assignment.Run, order.Definition) ?? (_state.Has(order.Assignment) ? null : _services.Node.WhyIdle);

    /// <summary>Another node may take it; work on an earlier order goes on.</summary>
    private void Refuse(AssignPartition order, Fault why)
    {
        Sender.Tell(new PartitionEnded(_key, order.Assignment, why, null) { Refusal = _services.Node.Refusal });
        if (_state.Work is null)
        {
            CarryOutLocally(new WorkerEffects.Passivate());
        }
    }

    /// <summary>Called on any thread.</summary>
    private void OnDrained(object? sender, EventArgs e)
    {
        if (_services.Node.WhyIdle is { } why)
        {
            _self.Tell(new GiveBack(why, _services.Node.Refusal));
        }
    }

    private void Take(object message)
    {
        if (message is PipelineEnded)
        {
            (_pipeline, _cancel) = (null, null);
        }

        var step = _state.On(message);
        _state = step.State;
        foreach (var effect in step.Effects)
        {
            CarryOut(effect);
        }
    }

    private void CarryOut(WorkerEffect effect)
    {
        switch (effect)
        {
            case TellLedger tell:
                _ledger.Tell(tell.Message);
                break;
            case TellCoordinator tell:
                _coordinator.Tell(tell.Message);
                break;
            case Answer answer:
                Sender.Tell(answer.Message);
                break;
            case AskPermit ask:
                _permits.Tell(_services.PermitOf(Environment.Configuration, ask.Size));
                break;
            case GivePermitBack:
                _permits.Tell(ReleasePermit.Instance);
                break;
            case StartPipeline start:
                Start(start);
                break;
            case CancelPipeline:
                _cancel?.Cancel();
                break;
            case PipelineCommitted committed:
                _pipeline?.Committed(committed.Epoch);
                break;
            case ReadBounds read:
                ReadBoundsNow(read.Token);
                break;
            case CheckOffers check:
                CheckNow(check);
                break;
            case Journal journal:
                _journal ??= _services.Journal.IsUsable ? OpenJournal() : null;
                _journal?.Tell(journal.Event);
                break;
            default:
                CarryOutLocally(effect);
                break;
        }
    }

    private void CarryOutLocally(WorkerEffect effect)
    {
        switch (effect)
        {
            case StartAnswerTimer:
                Timers.StartPeriodicTimer(AnswerDue.Instance, AnswerDue.Instance, _services.Settings.AnswerPatience);
                break;
            case StartRetryTimer start:
                Timers.StartSingleTimer(RetryDue.Instance, RetryDue.Instance, start.Pause);
                break;
            case StopTimers:
                Timers.Cancel(AnswerDue.Instance);
                Timers.Cancel(RetryDue.Instance);
                break;
            case Say say:
                say.Sentence(_services.Log);
                break;
            case WorkerEffects.Passivate:
                Context.Parent.Tell(new Akka.Cluster.Sharding.Passivate(StopPartition.Instance));
                break;
            case StopWorker:
                Leave();
                break;
            default:
                throw new ArgumentException($"Nobody carries out a {effect.GetType().Name}.", nameof(effect));
        }
    }

    /// <summary>Begins the journal. What it says once it has been read matters only to a worker that waits for that.</summary>
    private IActorRef OpenJournal()
    {
        _services.Journaled.Add(PartitionJournalActor.PersistenceIdOf(_key, _placement));
        return Context.Watch(Context.ActorOf(PartitionJournalActor.Props(_key, _placement, _services.Journal, _services.Settings)));
    }

    /// <summary>Ends this actor once its journal has written what it was told.</summary>
    private void Leave()
    {
        _cancel?.Cancel();
        if (_journal is null)
        {
            Context.Stop(Self);
            return;
        }

        _journal.Tell(JournalEnd.Instance);
        Timers.StartSingleTimer(JournalEnd.Instance, JournalEnd.Instance, FarewellPatience);
        Become(message =>
        {
            if (message is Terminated or JournalEnd)
            {
                Context.Stop(Self);
            }
        });
    }

    private void Start(StartPipeline start)
    {
        var (token, self, environment) = (start.Token, Self, Environment);
        _cancel = new CancellationTokenSource();
        _pipeline = new SegmentPipeline(_key, environment, _services.PipelineOf(environment.Configuration, start.Size), _services.Clock, start.Epoch, entry => self.Tell(new EntryStored(token, entry)))
        {
            Progress = _services.Progress,
            Metrics = _services.Metrics,
            LeaderEpoch = start.LeaderEpoch,
            TopicId = start.TopicId,
        };
        var (pipeline, cancellation) = (_pipeline, _cancel.Token);
        _ = Task.Run(() => pipeline.RunAsync(start.Ranges, cancellation), CancellationToken.None).PipeTo(
            self, success: blockedAt => new PipelineEnded(token, blockedAt, null, IsTrimmed: false), failure: e => PipelineEnded.Of(token, e));
    }

    private void ReadBoundsNow(int token)
    {
        var (partition, clock) = (_key.Partition, _services.Clock);
        _ = Environment.Catalog.GetBoundsAsync([partition], Shared.Kafka.LogEnd.HighWatermark, CancellationToken.None).PipeTo(
            Self,
            success: bounds => new BoundsRead(
                token, bounds[partition], bounds[partition].Problem is { } problem ? Fault.Of(problem) : null, clock.GetUtcNow().ToUnixTimeMilliseconds()),
            failure: e => new BoundsRead(token, default, Fault.Of(e), 0));
    }

    private void CheckNow(CheckOffers check)
    {
        _cancel = new CancellationTokenSource();
        _ = UploadedSegments.FindSoundAsync(Environment.Store, check.Offers, _cancel.Token).PipeTo(
            Self,
            success: sound => new OffersChecked(check.Token, sound),
            failure: _ => new OffersChecked(check.Token, [])); // Then they are read again.
    }

    /// <inheritdoc />
    protected override void PostStop()
    {
        _services.Node.Drained -= OnDrained;
        _cancel?.Cancel();
        base.PostStop();
    }
}
