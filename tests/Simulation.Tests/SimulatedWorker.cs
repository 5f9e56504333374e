using KafkaBackup.PartitionWorkers.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.PartitionWorkers.Backup.WorkerEffects;
using static KafkaBackup.PartitionWorkers.Backup.WorkerMessages;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.Simulation.Tests;

/// <summary>A worker of one partition: the product's decisions, with a simulated source, store and journal to carry them out on.</summary>
internal sealed class SimulatedWorker : SimulatedActor
{
    private static readonly PartitionWorkerSettings Settings = new() { MaxFailures = 4, JournaledFrom = 0 };

    private readonly SimulatedSource _source;
    private readonly IObjectStore _store;
    private readonly SimulatedJournal _journal;
    private PartitionWorkerState _state;
    private SimulatedActor? _coordinator;
    private SimulatedPipeline? _pipeline;
    private int _timers;

    public SimulatedWorker(World world, string name, SimulatedSource source)
        : base(world, name)
    {
        _source = source;
        _store = world.Patient(new SimulatedStore(world, this));
        _journal = new SimulatedJournal(world, source.Partition);
        _state = new PartitionWorkerState(new PartitionKey(World.Backup, source.Partition), Settings);
    }

    public PartitionId Partition => _source.Partition;

    /// <summary>The journal is on another node's disk, or gone.</summary>
    private bool HasNoJournal => Random.Next(4) == 0;

    protected override void Begin()
    {
        IReadOnlyList<SegmentUploaded> uploaded = HasNoJournal ? [] : _journal.Read();
        TellSelfLater(new JournalRead(uploaded));
    }

    protected override void Handle(object message, SimulatedActor? from)
    {
        if (message is AssignPartition or CancelPartition)
        {
            _coordinator = from;
        }

        var step = _state.On(World.Mutation == Mutation.AnyAnswerTaken ? Mistaken(message) : message);
        _state = step.State;
        foreach (var effect in step.Effects)
        {
            CarryOut(effect, from);
        }
    }

    /// <summary>An answer to any order taken for one to the order in work.</summary>
    private object Mistaken(object message) => message is Uncovered answer && _state.Work is { } work ? answer with { Assignment = work.Assignment } : message;

    private void CarryOut(WorkerEffect effect, SimulatedActor? from)
    {
        switch (effect)
        {
            case TellLedger tell:
                World.ToLedger(tell.Message, this);
                break;
            case TellCoordinator tell:
                World.To(_coordinator, tell.Message, this);
                break;
            case Answer answer:
                World.To(from, answer.Message, this);
                break;
            case AskPermit:
                TellSelfLater(PermitGranted.Instance);
                break;
            case StartPipeline start:
                _pipeline = new SimulatedPipeline(World, this, _source, _store, start);
                Start(_pipeline.RunAsync);
                break;
            case CancelPipeline:
                _pipeline?.Cancel();
                break;
            case PipelineCommitted committed:
                _pipeline?.Committed(committed.Epoch);
                break;
            case ReadBounds read:
                TellSelfLater(new BoundsRead(read.Token, new PartitionBounds(_source.Start, _source.End), null, 5));
                break;
            case CheckOffers check:
                Start(() => CheckAsync(check));
                break;
            case Journal { Event: var journaled }:
                Write(journaled);
                break;
            case StartAnswerTimer:
                var started = ++_timers;
                TellSelfAgain(AnswerDue.Instance, () => started == _timers);
                break;
            case StartRetryTimer:
                TellSelfLater(RetryDue.Instance);
                break;
            case StopTimers:
                _timers++;
                break;
            case Passivate or StopWorker:
                _timers++;
                Stop();
                break;
        }
    }

    private void Write(IWireMessage journaled)
    {
        if (journaled is SegmentCommitted committed)
        {
            World.Judge.Journaled(this, committed.Range);
        }

        Start(() => _journal.WriteAsync(journaled, PauseAsync));
    }

    private async Task CheckAsync(CheckOffers check)
    {
        IReadOnlyList<SegmentUploaded> sound;
        try
        {
            sound = await UploadedSegments.FindSoundAsync(_store, check.Offers, CancellationToken.None);
        }
        catch (StorageException)
        {
            sound = [];
        }

        Receive(new OffersChecked(check.Token, sound), null);
    }
}
