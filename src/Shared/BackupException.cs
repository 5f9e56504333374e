namespace KafkaBackup.Shared;

/// <summary>A failure with a sentence for the operator: what failed, on which object, and what to do about it.</summary>
public class BackupException : Exception
{
    /// <summary>Makes a failure of the given kind.</summary>
    /// <param name="kind">Which side failed.</param>
    /// <param name="message">The sentence that the operator reads.</param>
    /// <param name="inner">The cause, if another exception was.</param>
    public BackupException(FailureKind kind, string message, Exception? inner = null)
        : base(message, inner) => Kind = kind;

    /// <summary>Which side failed.</summary>
    public FailureKind Kind { get; }

    /// <summary>Whether the same call can succeed later without anybody changing anything.</summary>
    public bool IsRetryable { get; init; }

    /// <summary>Whether what a restore has brought cannot be gone on with: what has failed has to be restored anew.</summary>
    public bool BeginsAnew { get; init; }

    /// <summary>Whether it should end even a run that bears a source which is away for as long as it takes, when it lasts: nothing but
    /// somebody's work changes it, and a process that ends is seen.</summary>
    public bool EndsRun { get; init; }
}
