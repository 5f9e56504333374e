namespace KafkaBackup.PartitionWorkers.Node;

/// <summary>Whether the workers of this node have a journal to rely on. After its first failure they go on without it.</summary>
/// <param name="warn">Is told once, with a sentence for the operator.</param>
public sealed class JournalHealth(Action<string> warn)
{
    private int _hasFailed;

    /// <summary>Whether nothing was heard against it.</summary>
    public bool IsUsable => Volatile.Read(ref _hasFailed) == 0;

    /// <summary>It could not be read or written. Called from any thread, and by many workers at once.</summary>
    /// <param name="what"><c>read</c> or <c>written</c>.</param>
    /// <param name="cause">What was met.</param>
    public void Failed(string what, Exception cause)
    {
        if (Interlocked.Exchange(ref _hasFailed, 1) == 0)
        {
            var reason = cause.GetBaseException().Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
            warn($"The workers' journal could not be {what} ({reason}). It is set aside and the run goes on without it: nothing is lost, but what is "
                + "uploaded and not committed when the program ends is read again by the next run.");
        }
    }
}
