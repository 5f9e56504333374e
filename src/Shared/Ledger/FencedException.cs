namespace KafkaBackup.Shared.Ledger;

/// <summary>Another ledger writer is the current writer: whoever gets this stops, and says nothing to those who wait for its answer.</summary>
public sealed class FencedException : BackupException
{
    /// <summary>Makes the failure.</summary>
    public FencedException(BackupId backup, string successor, long epoch)
        : base(FailureKind.Fenced, $"Another process ({successor}, epoch {epoch}) took over backup '{backup}' while this one was working on it. "
            + "This one stopped; what it had committed is kept, and nothing is stored twice. Let one process at a time work on a backup id.")
    {
        Successor = successor;
        Epoch = epoch;
    }

    /// <summary>The current writer now.</summary>
    public string Successor { get; }

    /// <summary>Its epoch.</summary>
    public long Epoch { get; }
}
