namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>A client of which no call is waited for without a limit, and which is never torn down while a call of it is under way.</summary>
/// <remarks>
/// Confluent.Kafka's admin client destroys itself when it cannot read an answer, that of a topic with a partition without in-sync replicas
/// for one: calls
/// that are open then never end, and disposing of it a second time ends the process. A client with a call that did not come back in time is therefore
/// replaced, and disposed of only when all its calls have come back, which may be never.
/// </remarks>
/// <param name="create">Makes a client.</param>
/// <param name="clock">Measures how long calls are waited for.</param>
/// <param name="version">Of what a client is made, as a number: when it is another one than before, the next call is made with a new
/// client.</param>
internal sealed class BoundedClient<TClient>(Func<TClient> create, TimeProvider clock, Func<int> version) : IDisposable
    where TClient : class, IDisposable
{
    /// <summary>How long <see cref="Dispose"/> waits for the end of the client: librdkafka sets itself no limit for that.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private Lease? _current;

    /// <summary>Makes a call, away from the caller's thread.</summary>
    /// <param name="call">The call.</param>
    /// <param name="limit">How long it is waited for. The call should have a shorter limit of its own.</param>
    /// <param name="cancellation">Ends the wait; the call goes on with nobody to hear of it.</param>
    /// <exception cref="TimeoutException">The call did not come back. The next one is made with another client.</exception>
    public async Task<T> CallAsync<T>(Func<TClient, Task<T>> call, TimeSpan limit, CancellationToken cancellation)
    {
        var lease = Enter();
        var answer = Task.Run(() => call(lease.Client), CancellationToken.None);
        _ = answer.ContinueWith(
            ended => Leave(lease, ended), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            return await answer.WaitAsync(limit, clock, cancellation);
        }
        catch (TimeoutException) when (!answer.IsCompleted)
        {
            _ = Retire(lease);
            throw;
        }
    }

    /// <summary>Ends the client, or leaves that to the last of its calls that are under way.</summary>
    public void Dispose()
    {
        Lease? last;
        lock (_gate)
        {
            last = _current;
        }

        if (last is not null)
        {
            Retire(last).Wait(Farewell);
        }
    }

    private Lease Enter()
    {
        lock (_gate)
        {
            var wanted = version();
            if (_current is { } outdated && outdated.Version != wanted)
            {
                _ = Retire(outdated);
            }

            _current ??= new Lease(create(), wanted);
            _current.Calls++;
            return _current;
        }
    }

    private void Leave(Lease lease, Task ended)
    {
        _ = ended.Exception; // Seen, whoever still waits for it.
        lock (_gate)
        {
            if (--lease.Calls > 0 || !lease.IsRetired)
            {
                return;
            }
        }

        _ = EndAsync(lease.Client);
    }

    /// <summary>Gives a client up.</summary>
    /// <returns>Its end, when no call of it is under way; else nothing to wait for.</returns>
    private Task Retire(Lease lease)
    {
        lock (_gate)
        {
            if (_current == lease)
            {
                _current = null;
            }

            var wasRetired = lease.IsRetired;
            lease.IsRetired = true;
            if (wasRetired || lease.Calls > 0)
            {
                return Task.CompletedTask;
            }
        }

        return EndAsync(lease.Client);
    }

    private static Task EndAsync(TClient client) =>
        Task.Factory.StartNew(client.Dispose, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private sealed class Lease(TClient client, int version)
    {
        public TClient Client { get; } = client;

        public int Version { get; } = version;

        public int Calls { get; set; }

        public bool IsRetired { get; set; }
    }
}
