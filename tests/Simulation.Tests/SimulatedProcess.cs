using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Simulation.Tests;

/// <summary>A process of the simulation. It lives until its work ends, fails or is crashed, between any two of its calls.</summary>
internal abstract class SimulatedProcess(World world, string name)
{
    private Task? _work;

    /// <summary>A name that no other process has.</summary>
    public string Name => name;

    /// <summary>Whether it was ended by force: its parked calls are never answered.</summary>
    public bool IsCrashed { get; set; }

    /// <summary>Whether it has begun and neither ended nor crashed.</summary>
    public bool IsAlive => !IsCrashed && _work?.IsCompleted == false;

    /// <summary>Whether it came to its natural end.</summary>
    public bool IsDone { get; private set; }

    protected World World => world;

    protected Random Random => world.Random;

    /// <summary>Begins the work, up to the first call.</summary>
    public void Start() => _work = GuardAsync();

    protected abstract Task RunAsync();

    /// <summary>Lets others go first.</summary>
    public Task YieldAsync() => PauseAsync();

    /// <summary>Lets others go first.</summary>
    protected Task PauseAsync() => world.Scheduler.ParkAsync(this, CallKind.Pause, () => true);

    private async Task GuardAsync()
    {
        try
        {
            await RunAsync();
            IsDone = true;
        }
        catch (FencedException)
        {
            // As it should be: somebody else is the current writer.
        }
        catch (StorageException e) when (e.IsRetryable || e.InnerException is StorageException { IsRetryable: true } || e.Key == BackupKeys.Manifest(World.Backup) || e.Key == BackupKeys.Head(World.Backup))
        {
            // The store failed too often, or others changed manifest or head too often. The process ends; another one will do the work.
        }
        catch (Exception e)
        {
            world.Judge.Accuse($"{name} failed: {e.GetType().Name}: {e.Message}");
        }
    }
}
