namespace KafkaBackup.Simulation.Tests;

/// <summary>A process that waits for messages and carries out what shipped decision code makes of them, until it stops or is crashed.</summary>
internal abstract class SimulatedActor(World world, string name) : SimulatedProcess(world, name)
{
    private readonly TaskCompletionSource _stopped = new();

    /// <summary>Takes a message, at once and as a whole.</summary>
    /// <param name="message">The message.</param>
    /// <param name="from">Whom to answer; null for what the actor tells itself.</param>
    public void Receive(object message, SimulatedActor? from)
    {
        if (!IsAlive)
        {
            return;
        }

        try
        {
            Handle(message, from);
        }
        catch (Exception e)
        {
            World.Judge.Accuse($"{Name} failed at {message.GetType().Name}: {e.GetType().Name}: {e.Message}");
        }
    }

    protected override Task RunAsync()
    {
        Begin();
        return _stopped.Task;
    }

    /// <summary>The first thing that it does.</summary>
    protected abstract void Begin();

    protected abstract void Handle(object message, SimulatedActor? from);

    /// <summary>Ends the actor in good order.</summary>
    protected void Stop() => _stopped.TrySetResult();

    /// <summary>Lets work of the actor go on beside it; it tells its outcome as a message.</summary>
    protected void Start(Func<Task> work) => _ = GuardAsync(work);

    /// <summary>Tells the actor something after others had their turn.</summary>
    protected void TellSelfLater(object message) => Start(async () =>
    {
        await PauseAsync();
        Receive(message, null);
    });

    /// <summary>Tells the actor something again and again, as long as <paramref name="isWanted"/>.</summary>
    protected void TellSelfAgain(object message, Func<bool> isWanted) => Start(async () =>
    {
        while (isWanted() && IsAlive)
        {
            for (var turns = Random.Next(4, 12); turns > 0; turns--)
            {
                await PauseAsync();
            }

            if (isWanted())
            {
                Receive(message, null);
            }
        }
    });

    private async Task GuardAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e)
        {
            World.Judge.Accuse($"{Name} failed: {e.GetType().Name}: {e.Message}");
        }
    }
}
