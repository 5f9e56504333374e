using KafkaBackup.Shared;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>What reading waits for before it takes memory. A worker asks for it, and holds it until nobody reads any more.</summary>
/// <param name="request">What the node is asked for.</param>
/// <param name="unused">Ends when nobody reads any more. Default: with the worker.</param>
internal sealed class ReadingPermit(RequestPermit request, Task? unused = null)
{
    private readonly TaskCompletionSource _granted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the node is asked for.</summary>
    public RequestPermit Request => request;

    /// <summary>Ends when nobody reads any more.</summary>
    public Task Unused => unused ?? Task.CompletedTask;

    /// <summary>Waits until reading may begin.</summary>
    /// <exception cref="BackupException">Nobody asks for it any more.</exception>
    public Task WaitAsync(CancellationToken cancellation) => _granted.Task.WaitAsync(cancellation);

    /// <summary>Reading may begin.</summary>
    public void Grant() => _granted.TrySetResult();

    /// <summary>Nobody asks for it any more: who waits for it, waits for nothing.</summary>
    public void Lose()
    {
        const string Sentence = "The worker that was to read the topic for all its partitions ended before it had the memory for that; start the restore again, and it goes on.";
        _granted.TrySetException(new BackupException(FailureKind.Internal, Sentence) { IsRetryable = true });
        _ = _granted.Task.Exception; // Nobody may be waiting.
    }
}
