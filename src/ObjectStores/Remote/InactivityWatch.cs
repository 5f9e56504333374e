namespace KafkaBackup.ObjectStores.Remote;

/// <summary>Cancels a request when nothing has moved for a while: a connection into a black hole ends, a slow one goes on.</summary>
internal sealed class InactivityWatch : IDisposable
{
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _registration;

    /// <summary>Begins to watch.</summary>
    /// <param name="patience">How long nothing may move.</param>
    /// <param name="clock">Measures it.</param>
    /// <param name="caller">Cancels the request as well.</param>
    public InactivityWatch(TimeSpan patience, TimeProvider clock, CancellationToken caller)
    {
        Patience = patience;
        _caller = caller;
        _source = new CancellationTokenSource(patience, clock);
        _registration = caller.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    /// <summary>How long nothing may move.</summary>
    public TimeSpan Patience { get; }

    /// <summary>For the request.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether it was this watch that ended the request, and not the caller.</summary>
    public bool HasRunOut => _source.IsCancellationRequested && !_caller.IsCancellationRequested;

    /// <summary>Something moved: the wait begins anew.</summary>
    public void Progress() => _source.CancelAfter(Patience);

    /// <inheritdoc />
    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }
}
