namespace KafkaBackup.Shared.Storage;

/// <summary>Tells once that calls wait for the store, now and then that they still do, and once that it answers again, however many wait.</summary>
/// <remarks>What passes within two seconds is not worth a line.</remarks>
public sealed class StoreNotice
{
    /// <summary>How often a long wait is told again.</summary>
    internal static readonly TimeSpan Reminder = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Unnoticed = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly HashSet<PatientCall> _failing = [];
    private TimeSpan _since;
    private TimeSpan? _toldAt;

    /// <summary>Calls wait: the problem of one of them, and for how long the store has been away. Default: untold.</summary>
    public Action<string, TimeSpan> Waiting { get; init; } = (_, _) => { };

    /// <summary>All calls that waited got through; and how long the store was away. Default: untold.</summary>
    public Action<TimeSpan> Resumed { get; init; } = _ => { };

    internal void Failing(PatientCall call, string problem, TimeSpan since, TimeSpan now)
    {
        if (call.IsBrief)
        {
            return; // Its caller goes on without it, and says so.
        }

        lock (_lock)
        {
            if (_failing.Add(call) && _failing.Count == 1)
            {
                (_since, _toldAt) = (since, null);
            }

            if (now - _since < Unnoticed || now - _toldAt < Reminder)
            {
                return;
            }

            _toldAt = now;
            Waiting(problem, now - _since); // Under the lock, so that the lines come in the order of what they tell.
        }
    }

    /// <summary>For how long calls have been waiting; nothing when none is.</summary>
    internal TimeSpan WaitingFor(TimeSpan now)
    {
        lock (_lock)
        {
            return _failing.Count == 0 ? TimeSpan.Zero : now - _since;
        }
    }

    internal void Settled(PatientCall call, TimeSpan now, bool hasAnswered)
    {
        lock (_lock)
        {
            if (_failing.Remove(call) && _failing.Count == 0 && hasAnswered && _toldAt is not null)
            {
                Resumed(now - _since);
            }
        }
    }
}
