namespace KafkaBackup.Shared.Storage;

/// <summary>For how long one run bears with a store that fails or does not answer. One for each store and run; all its calls share it.</summary>
/// <remarks>
/// <code>
/// State                                  No further try begins                     A try that does not end is given up
/// nothing was ever answered              60 s after the first call of the run      then, too
/// before Begun                           60 s after the call began to fail         after 10 minutes, and more for large writes
/// after Begun                            Middle after the call began to fail       the same; never when Middle is infinite
///   a brief call                         3 s after it began to fail                after 10 minutes
///   Middle ran out for some call         10 s after it began to fail               after 10 minutes, and more for large writes
/// after Hurry                            10 s after Hurry, or after it began       then; 20 s if it did not fail before
///                                        to fail, whichever is later
///   and patience ran out for some call   3 s instead                               3 s
/// </code>
/// A store may watch over its requests by itself and fail sooner. What passes without the store being asked again is for the store.
/// </remarks>
public sealed class StorePatience
{
    /// <summary>What a run without an end has: as long as it takes.</summary>
    public static readonly TimeSpan Endless = Timeout.InfiniteTimeSpan;

    /// <summary>What a run that ends has in its middle, unless it is configured otherwise.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Brief = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Hurried = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HurriedTry = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Last = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestTry = TimeSpan.FromMinutes(10);

    /// <summary>After how long a try without an answer is told like a failure, though it may yet succeed.</summary>
    private static readonly TimeSpan Unheard = TimeSpan.FromSeconds(60);

    /// <summary>Bytes a second below which a write is no longer taken for one that makes progress.</summary>
    private const double SlowestWrite = 256 * 1024;

    private readonly TimeProvider _clock;
    private readonly StoreNotice _notice;
    private readonly long _origin;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _hurry = new();
    private readonly TaskCompletionSource _never = new();
    private TimeSpan? _firstTry;
    private TimeSpan? _hurriedAt;
    private bool _hasAnswered;
    private bool _hasBegun;
    private bool _hasRunOut;

    /// <summary>Patience that begins to count with the first call.</summary>
    /// <param name="clock">Measures it, and owns the pauses.</param>
    /// <param name="notice">Tells of it. Default: nobody.</param>
    public StorePatience(TimeProvider clock, StoreNotice? notice = null) =>
        (_clock, _notice, _origin) = (clock, notice ?? new StoreNotice(), clock.GetTimestamp());

    /// <summary>How long is waited before anything was ever answered, over all calls together. Default: 60 s.</summary>
    public TimeSpan Start { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a call that fails is repeated in the middle of a run. Default: <see cref="Default"/>.</summary>
    public TimeSpan Middle { get; init; } = Default;

    /// <summary>Hears of each call that is tried again: read, write, delete or list. Default: nobody.</summary>
    public Action<string> Retrying { get; init; } = _ => { };

    /// <summary>What is to be done after a failure, for the operator. Default: that of a backup.</summary>
    public string AfterFailure { get; init; } = "run again: what is committed is safe.";

    /// <summary>What a run leaves that was told to stop and could not wait any longer. Default: that of a backup.</summary>
    public string AfterStop { get; init; } = "what was not committed by then is read again by the next run.";

    /// <summary>For how long calls have been waiting for the store; nothing when none is.</summary>
    public TimeSpan WaitingFor => _notice.WaitingFor(Now);

    /// <summary>Whether it was told to <see cref="Hurry"/>.</summary>
    public bool IsHurried
    {
        get
        {
            lock (_lock)
            {
                return _hurriedAt is not null;
            }
        }
    }

    internal TimeProvider Clock => _clock;

    /// <summary>Time since this was made.</summary>
    internal TimeSpan Now => _clock.GetElapsedTime(_origin);

    /// <summary>Ends when the run is told to hurry; never again after that.</summary>
    internal Task Hurrying
    {
        get
        {
            lock (_lock)
            {
                return _hurriedAt is null ? _hurry.Task : _never.Task;
            }
        }
    }

    /// <summary>The ledger is loaded, so the store works, and what fails from now on is worth waiting for.</summary>
    public void Begun()
    {
        lock (_lock)
        {
            _hasBegun = true;
        }
    }

    /// <summary>The run is to end: calls that wait get a few seconds more. For good.</summary>
    public void Hurry()
    {
        lock (_lock)
        {
            _hurriedAt ??= Now;
        }

        _hurry.TrySetResult();
    }

    internal void TryBegins(PatientCall call)
    {
        lock (_lock)
        {
            call.Begin(Now);
            _firstTry ??= call.TryBegan;
        }
    }

    /// <summary>The store did what it was asked to, or said definitely that it will not.</summary>
    internal void Answered(PatientCall call)
    {
        lock (_lock)
        {
            _hasAnswered = true;
            call.Succeed();
        }

        _notice.Settled(call, Now, hasAnswered: true);
    }

    /// <summary>A try failed.</summary>
    /// <param name="call">The call.</param>
    /// <param name="failure">Why.</param>
    /// <param name="pause">How long to wait before the next try.</param>
    /// <returns>Whether there is to be a next try.</returns>
    internal bool AllowsAnother(PatientCall call, StorageException failure, TimeSpan pause)
    {
        var now = Now;
        lock (_lock)
        {
            call.Fail(now, failure.Silence);
            var isAllowed = now + pause < LastTry(call);
            _hasRunOut |= !isAllowed && _hasBegun && (!call.IsBrief || _hurriedAt is not null);
            if (!isAllowed)
            {
                return false;
            }
        }

        _notice.Failing(call, failure.Message, call.FailingSince ?? now, now);
        Retrying(call.Verb);
        return true;
    }

    /// <summary>The caller has its answer, its failure, or gave up.</summary>
    internal void Left(PatientCall call) => _notice.Settled(call, Now, hasAnswered: false);

    /// <summary>How long to wait for the try under way until this is asked again; zero or less: it is given up.</summary>
    internal TimeSpan TimeLeft(PatientCall call, Func<string> problem)
    {
        var now = Now;
        TimeSpan end, overdue;
        lock (_lock)
        {
            (end, overdue) = (EndOfTry(call), call.TryBegan + Unheard + Allowance(call));
        }

        if (now < overdue)
        {
            return (end < overdue ? end : overdue) - now;
        }

        _notice.Failing(call, problem(), call.TryBegan, now);
        return end < now + StoreNotice.Reminder ? end - now : StoreNotice.Reminder;
    }

    /// <summary>What is told beside the failure when patience has come to its end. Of a brief call nothing: its caller tells it once, so it
    /// must be the same each time.</summary>
    internal string Verdict(PatientCall call)
    {
        if (call.IsBrief)
        {
            return "";
        }

        lock (_lock)
        {
            var tried = Text(Now - (_hasAnswered ? call.FailingSince!.Value : _firstTry!.Value));
            return _hurriedAt is null
                ? $" It was tried for {tried}. See that the store is up and can be reached from here, and {AfterFailure}"
                : $" It was tried for {tried}, and the run was told to stop: {AfterStop}";
        }
    }

    internal static string Text(TimeSpan time) => time < TimeSpan.FromMinutes(2) ? $"{time.TotalSeconds:0} s" : $"{time.TotalMinutes:0} minutes";

    private TimeSpan LastTry(PatientCall call)
    {
        var since = call.FailingSince!.Value;
        return _hurriedAt is { } at ? Later(at, since) + (_hasRunOut ? Last : Hurried)
            : !_hasAnswered ? _firstTry!.Value + Start
            : !_hasBegun ? since + Start
            : call.IsBrief ? since + Brief
            : Middle == Endless ? TimeSpan.MaxValue
            : _hasRunOut && Middle > Hurried ? since + Hurried
            : since + Middle;
    }

    private TimeSpan EndOfTry(PatientCall call) => (_hurriedAt, call.FailingSince) switch
    {
        ({ } at, { } since) => Later(at, since) + (_hasRunOut ? Last : Hurried),
        ({ } at, null) => Later(at, call.TryBegan) + (_hasRunOut ? Last : HurriedTry),
        _ when !_hasAnswered => _firstTry!.Value + Start,
        _ when _hasBegun && Middle == Endless && !call.IsBrief => TimeSpan.MaxValue,
        _ => call.TryBegan + LongestTry + Allowance(call),
    };

    private static TimeSpan Allowance(PatientCall call) => TimeSpan.FromSeconds(call.Size / SlowestWrite);

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
