namespace KafkaBackup.PartitionWorkers.Node;

/// <summary>Whether the workers of this node have a journal to rely on. After a failure they go on without it: for good, or for a while.</summary>
/// <param name="warn">Is told of each failure of a journal that was in use, with a sentence for the operator: once, or with each try that fails.</param>
/// <param name="clock">For that while.</param>
/// <param name="retryAfter">How long after a failure the journal is tried again; null: never, its file may be damaged.</param>
public sealed class JournalHealth(Action<string> warn, TimeProvider clock, TimeSpan? retryAfter = null)
{
    private readonly Lock _gate = new();
    private long? _failedAt;

    /// <summary>Whether nothing was heard against it, or it may be tried again.</summary>
    public bool IsUsable
    {
        get
        {
            lock (_gate)
            {
                return _failedAt is not { } at || (retryAfter is { } pause && clock.GetElapsedTime(at) >= pause);
            }
        }
    }

    /// <summary>What the last failure was while the journal is not used; null while it is.</summary>
    public string? Problem { get => IsUsable ? null : field; private set; }

    /// <summary>It could not be read or written. Called from any thread, and by many workers at once.</summary>
    /// <param name="what"><c>read</c> or <c>written</c>.</param>
    /// <param name="cause">What was met.</param>
    public void Failed(string what, Exception cause)
    {
        var problem = $"workers' journal could not be {what} ({cause.GetBaseException().Message.ReplaceLineEndings(" ").TrimEnd('.', ' ')})";
        lock (_gate)
        {
            if (!IsUsable)
            {
                return;
            }

            (_failedAt, Problem) = (clock.GetTimestamp(), $"the {problem}");
        }

        var rest = retryAfter is { } pause
            ? $"It is tried again after {pause.TotalSeconds:0} s, and work goes on without it: nothing is lost, but what is uploaded and not committed "
                + "when a node ends is read again."
            : "It is set aside and the run goes on without it: nothing is lost, but what is uploaded and not committed when the program ends is read again "
                + "by the next run.";
        warn($"The {problem}. {rest}");
    }
}
