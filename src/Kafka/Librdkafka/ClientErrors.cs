using System.Globalization;
using System.Text.RegularExpressions;
using Confluent.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>What one librdkafka client complains about while somebody waits for it, and when there is no use in waiting any more.</summary>
/// <remarks>librdkafka tells the reason of a failed connection only to its handlers; the call that waits for an answer just times out.</remarks>
public sealed class ClientErrors : IDisposable
{
    /// <summary>How long the other brokers have to do better than the one that has refused for good.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    /// <summary>How long connections may be closed at once before that is taken for an answer.</summary>
    private static readonly TimeSpan Suspicion = TimeSpan.FromSeconds(3);

    /// <summary>Of a connection that had served: what is no broker at all answers with such numbers, too, but from the beginning.</summary>
    private static readonly Regex Oversized = new(
        @"Invalid response size (?<bytes>\d{1,10}) \(.*receive\.message\.max\.bytes.* in state UP",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly Dictionary<string, SourceProblem> _problems = [];
    private (long Bytes, int Seen) _oversize;
    private volatile bool _isClean = true;
    private TaskCompletionSource _refused = New();
    private TaskCompletionSource _suspected = New();
    private ITimer? _settling;
    private ITimer? _suspicion;

    /// <summary>Nothing yet.</summary>
    public ClientErrors(TimeProvider clock) => _clock = clock;

    /// <summary>Ends when brokers refuse for good since the last <see cref="Reset"/>: no answer will come until somebody changes something.</summary>
    public Task Refused
    {
        get
        {
            lock (_gate)
            {
                return _refused.Task;
            }
        }
    }

    /// <summary>Ends when all brokers keep on closing connections that they have just accepted.</summary>
    public Task Suspected
    {
        get
        {
            lock (_gate)
            {
                return _suspected.Task;
            }
        }
    }

    /// <summary>The size of an answer that the client did not take as it is too large, and how often that came since the last
    /// <see cref="Reset"/>.</summary>
    internal (long Bytes, int Seen) Oversize
    {
        get
        {
            lock (_gate)
            {
                return _oversize;
            }
        }
    }

    /// <summary>The gravest kind of problem since the last <see cref="Reset"/>, one for each address; empty when there was none.</summary>
    internal IReadOnlyList<SourceProblem> Worst
    {
        get
        {
            lock (_gate)
            {
                return _problems.Count == 0 ? [] : [.. _problems.Values.Where(problem => problem.Kind == _problems.Values.Max(other => other.Kind))];
            }
        }
    }

    /// <summary>Forgets: something was heard of the brokers, or somebody begins to wait.</summary>
    public void Reset()
    {
        if (_isClean)
        {
            return; // Asked for each record: it has to cost nothing.
        }

        lock (_gate)
        {
            (_isClean, _oversize) = (true, default);
            _problems.Clear();
            StopTimers();
            (_refused, _suspected) = (New(), New());
        }
    }

    /// <summary>Takes what the client told its error handler.</summary>
    public void Note(Error error)
    {
        lock (_gate)
        {
            if (error.Code == ErrorCode.Local_AllBrokersDown)
            {
                NoteAllDown();
            }
            else if (Oversized.Match(error.Reason) is { Success: true } found)
            {
                (_isClean, _oversize) = (false, (long.Parse(found.Groups["bytes"].ValueSpan, CultureInfo.InvariantCulture), _oversize.Seen + 1));
            }
            else
            {
                Keep(SourceProblem.Read(error.Code, error.Reason));
            }
        }
    }

    /// <summary>Takes a line of the client's log: some connections are closed without another word.</summary>
    public void Note(LogMessage message)
    {
        if (message.Facility == "FAIL" && message.Message.IndexOf("]: ", StringComparison.Ordinal) is > 0 and var end
            && SourceProblem.Read(ErrorCode.Local_Transport, message.Message[(end + 3)..]) is { Kind: SourceProblemKind.Closed } problem)
        {
            lock (_gate)
            {
                Keep(problem);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate)
        {
            StopTimers();
        }
    }

    private void Keep(SourceProblem problem)
    {
        _isClean = false;
        var key = problem.Address ?? "";
        if (!_problems.TryGetValue(key, out var known) || known.Kind <= problem.Kind)
        {
            _problems[key] = problem;
        }

        if (problem.IsFinal)
        {
            _settling ??= After(Settling, () => _refused);
            if (problem.Address is null)
            {
                _refused.TrySetResult(); // It is not about one of several brokers.
            }
        }
    }

    private void NoteAllDown()
    {
        if (_problems.Values.Any(problem => problem.IsFinal))
        {
            _refused.TrySetResult();
        }
        else
        {
            _isClean = false;
            _suspicion ??= After(Suspicion, () => _suspected, () => _problems.Values.Any(problem => problem.Kind == SourceProblemKind.Closed));
        }
    }

    /// <summary>A timer that completes a source which is still the one of when it was set, if the condition holds then.</summary>
    private ITimer After(TimeSpan time, Func<TaskCompletionSource> source, Func<bool>? condition = null)
    {
        var waiting = source();
        return _clock.CreateTimer(_ =>
        {
            lock (_gate)
            {
                if (source() == waiting && condition?.Invoke() != false)
                {
                    waiting.TrySetResult();
                }
            }
        }, null, time, Timeout.InfiniteTimeSpan);
    }

    private void StopTimers()
    {
        _settling?.Dispose();
        _suspicion?.Dispose();
        (_settling, _suspicion) = (null, null);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
