using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Simulation.Tests;

/// <summary>Decides in which order the calls of all processes happen, and which of them fail. One thread, one seed: every run can be repeated.</summary>
/// <remarks>A call is parked until it is picked; what its caller does next runs inside of <see cref="Step"/>, up to the caller's next call.</remarks>
internal sealed class Scheduler(Random random)
{
    private readonly List<ParkedCall> _parked = [];

    /// <summary>Whether calls fail now and then.</summary>
    public bool HasFaults { get; set; } = true;

    /// <summary>Calls made so far.</summary>
    public int Steps { get; private set; }

    /// <summary>Parks <paramref name="call"/>, which happens at once and as a whole when it is picked.</summary>
    public Task<T> ParkAsync<T>(SimulatedProcess process, CallKind kind, Func<T> call)
    {
        var parked = new ParkedCall<T>(process, kind, call);
        if (!process.IsCrashed)
        {
            _parked.Add(parked);
        }

        return parked.Answer;
    }

    /// <summary>Sends a message. It arrives when it is picked; while there are faults it may be lost, or arrive again later.</summary>
    public void Post(Action deliver) => _parked.Add(new Message(this, deliver));

    /// <summary>Picks one parked call and makes it. False when there is none.</summary>
    public bool Step()
    {
        if (_parked.Count == 0)
        {
            return false;
        }

        Steps++;
        var at = random.Next(_parked.Count);
        var call = _parked[at];
        _parked[at] = _parked[^1];
        _parked.RemoveAt(_parked.Count - 1);
        call.Make(HasFaults ? PickFault(call.Kind) : Fault.None);
        return true;
    }

    /// <summary>Ends a process where it is. A write that it was waiting for may still arrive.</summary>
    public void Crash(SimulatedProcess process)
    {
        process.IsCrashed = true;
        foreach (var call in _parked.Where(call => call.Process == process).ToList())
        {
            _parked.Remove(call);
            if (call.Kind == CallKind.Write && random.Next(2) == 0)
            {
                call.MakeUnheard();
            }
        }
    }

    private Fault PickFault(CallKind kind) => kind == CallKind.Pause ? Fault.None : random.NextDouble() switch
    {
        < .03 => Fault.FailsBefore,
        < .08 when kind is CallKind.Write or CallKind.Message => Fault.AnswerIsLost,
        _ => Fault.None,
    };

    private enum Fault
    {
        None,
        FailsBefore,
        AnswerIsLost,
    }

    private abstract class ParkedCall(SimulatedProcess? process, CallKind kind)
    {
        public SimulatedProcess? Process => process;

        public CallKind Kind => kind;

        public abstract void Make(Fault fault);

        public abstract void MakeUnheard();
    }

    private sealed class Message(Scheduler scheduler, Action deliver) : ParkedCall(null, CallKind.Message)
    {
        public override void Make(Fault fault)
        {
            if (fault == Fault.AnswerIsLost)
            {
                scheduler.Post(deliver);
            }

            if (fault != Fault.FailsBefore)
            {
                deliver();
            }
        }

        public override void MakeUnheard()
        {
        }
    }

    private sealed class ParkedCall<T>(SimulatedProcess process, CallKind kind, Func<T> call) : ParkedCall(process, kind)
    {
        // Continuations run inline: that is what keeps the simulation on one thread.
        private readonly TaskCompletionSource<T> _answer = new();

        public Task<T> Answer => _answer.Task;

        public override void Make(Fault fault)
        {
            if (fault == Fault.FailsBefore)
            {
                _answer.SetException(Unavailable());
                return;
            }

            T result;
            try
            {
                result = call();
            }
            catch (StorageConflictException e)
            {
                _answer.SetException(fault == Fault.AnswerIsLost ? Unavailable() : e);
                return;
            }

            if (fault == Fault.AnswerIsLost)
            {
                _answer.SetException(Unavailable());
            }
            else
            {
                _answer.SetResult(result);
            }
        }

        public override void MakeUnheard()
        {
            try
            {
                call();
            }
            catch (StorageConflictException)
            {
                // Nobody is there to hear of it.
            }
        }

        private static StorageException Unavailable() => new("", "The simulated store is not available.") { IsRetryable = true };
    }
}

/// <summary>What a parked call does.</summary>
internal enum CallKind
{
    /// <summary>Nothing: others get a chance.</summary>
    Pause,

    /// <summary>It tells another process something.</summary>
    Message,

    /// <summary>It reads from the store.</summary>
    Read,

    /// <summary>It changes the store.</summary>
    Write,
}
