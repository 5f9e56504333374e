namespace KafkaBackup.EmbeddedKafka.Logs;

/// <summary>Waits until something happens in any of several partitions. Between <see cref="Reset"/> and <see cref="WaitAsync"/> nothing is
/// missed.</summary>
internal sealed class AppendWaiter : IDisposable
{
    private readonly List<PartitionLog> _logs;
    private volatile TaskCompletionSource _changed = New();

    /// <summary>Listens to <paramref name="logs"/> until it is disposed.</summary>
    public AppendWaiter(IEnumerable<PartitionLog> logs)
    {
        _logs = logs.ToList();
        _logs.ForEach(log => log.Listen(OnChanged));
    }

    /// <summary>Forgets what happened so far.</summary>
    public void Reset()
    {
        if (_changed.Task.IsCompleted)
        {
            _changed = New();
        }
    }

    /// <summary>Returns at the next change, or after <paramref name="patience"/>.</summary>
    public async Task WaitAsync(TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            await _changed.Task.WaitAsync(patience, cancellation);
        }
        catch (TimeoutException)
        {
            // Nothing came; the caller answers with what there is.
        }
    }

    /// <inheritdoc />
    public void Dispose() => _logs.ForEach(log => log.StopListening(OnChanged));

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void OnChanged() => _changed.TrySetResult();
}
