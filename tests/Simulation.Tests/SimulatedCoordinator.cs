using KafkaBackup.Coordinator.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Coordinator.Backup.CoordinatorMessages;
using static KafkaBackup.Coordinator.Backup.RunEffects;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.Simulation.Tests;

/// <summary>A coordinator with one run: the product's decisions, with a simulated source and store to carry them out on.</summary>
internal sealed class SimulatedCoordinator : SimulatedActor
{
    private readonly IObjectStore _store;
    private readonly RunId _run;
    private BackupRunState _state;
    private IReadOnlyList<PartitionWork> _planned = [];
    private bool _isCutShort;
    private int _timers;
    private long _now;

    public SimulatedCoordinator(World world, string name, BackupConfiguration configuration)
        : base(world, name)
    {
        _store = world.Patient(new SimulatedStore(world, this));
        _run = new RunId(name);
        _state = new BackupRunState(World.Backup, new BackupCoordinatorSettings { Window = 2 }, configuration);
    }

    /// <summary>How the run ended; null while it goes on.</summary>
    public BackupFinished? Finished { get; private set; }

    protected override void Begin() => TellSelfLater(new StartBackup(World.Backup, _run));

    protected override void Handle(object message, SimulatedActor? from)
    {
        if (World.Mutation == Mutation.AnyEndTaken && message is PartitionEnded ended && _state.Assigned.TryGetValue(ended.Key.Partition, out var order))
        {
            message = ended with { Assignment = order.Assignment };
        }

        var step = _state.On(message, DateTimeOffset.UnixEpoch.AddSeconds(++_now));
        _state = step.State;
        _isCutShort |= message is StopBackup;
        if (message is Planned && _state.Plan is { } plan)
        {
            _planned = plan.Work;
        }

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
                World.ToLedger(tell.Message, this);
                break;
            case TellWorker tell:
                World.ToWorker(tell.Message, this);
                break;
            case TellRequesters { Message: var finished }:
                Finished = finished;
                World.Judge.RunEnded(this, finished, _isCutShort ? [] : _planned);
                Stop();
                break;
            case StartPlanning:
                Start(PlanAsync);
                break;
            case StartRefresh:
                Start(RefreshAsync);
                break;
            case StartReassertTimer:
                var started = ++_timers;
                TellSelfAgain(Reassert.Instance, () => started == _timers);
                break;
            case StartRefreshTimer:
                TellSelfLater(RefreshDue.Instance);
                break;
            case StartStopTimer:
                Start(async () =>
                {
                    for (var turns = 40; turns > 0; turns--)
                    {
                        await PauseAsync();
                    }

                    Receive(StopOverdue.Instance, null);
                });
                break;
            case StopTimers:
                _timers++;
                break;
        }
    }

    private async Task PlanAsync()
    {
        try
        {
            var ledger = await LedgerReader.ReadOutlineAsync(_store, World.Backup, CancellationToken.None) ?? LedgerOutline.Empty;
            await PauseAsync();
            Receive(new Planned(_run, new KnownBackup(ledger), World.Discover()), null);
        }
        catch (StorageException e)
        {
            Receive(new PlanFailed(_run, new Fault(FailureKind.Storage, e.Message, IsRetryable: true)), null);
        }
    }

    private async Task RefreshAsync()
    {
        await PauseAsync();
        Receive(new Refreshed(_run, World.Discover(), TimeSpan.Zero), null);
    }
}
