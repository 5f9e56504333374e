using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.Remote;

/// <summary>Sends the requests of a store, watches them, and turns what goes wrong into the failures of <see cref="IObjectStore"/>.</summary>
internal sealed class RemoteCalls
{
    private readonly RemoteTuning _tuning;
    private readonly TimeProvider _clock;
    private readonly PieceRetries _pieces;
    private readonly RemoteFailures _failures;

    /// <summary>Calls of one store.</summary>
    /// <param name="tuning">Patience.</param>
    /// <param name="failures">Words for what goes wrong.</param>
    /// <param name="clock">Owns timeouts and pauses. Default: the system's.</param>
    /// <param name="random">The jitter of pauses. Default: a new one.</param>
    public RemoteCalls(RemoteTuning tuning, RemoteFailures failures, TimeProvider? clock, Random? random)
    {
        (_tuning, _failures, _clock) = (tuning, failures, clock ?? TimeProvider.System);
        _pieces = new PieceRetries(tuning, _clock, random ?? new Random());
    }

    /// <summary>A request, or a few that belong together, each sent once.</summary>
    /// <param name="key">The object, or the prefix of a listing.</param>
    /// <param name="verb">What is to be done with it, such as "read".</param>
    /// <param name="cancellation">The caller's.</param>
    /// <param name="request">Sends; the watch has the token for it.</param>
    /// <param name="patience">For how long nothing may move. Default: <see cref="RemoteTuning.AnswerTimeout"/>.</param>
    public async Task<T> OnceAsync<T>(
        string key, string verb, CancellationToken cancellation, Func<InactivityWatch, Task<T>> request, TimeSpan? patience = null)
    {
        cancellation.ThrowIfCancellationRequested();
        using var watch = new InactivityWatch(patience ?? _tuning.AnswerTimeout, _clock, cancellation);
        try
        {
            var answer = await request(watch);
            _failures.Worked();
            return answer;
        }
        catch (Exception e) when (e is not StorageException and not StorageConflictException)
        {
            throw _failures.Translate(key, verb, e, watch, cancellation);
        }
    }

    /// <summary>A piece of an operation: as <see cref="OnceAsync"/>, and again a few times.</summary>
    public Task<T> RepeatAsync<T>(
        string key, string verb, CancellationToken cancellation, Func<InactivityWatch, Task<T>> request, TimeSpan? patience = null) =>
        _pieces.RunAsync(() => OnceAsync(key, verb, cancellation, request, patience), cancellation);

    /// <summary>The body of an answer, watched while it is read.</summary>
    /// <param name="key">The object.</param>
    /// <param name="body">The body as it comes.</param>
    /// <param name="length">How many bytes it is to have, if that is known.</param>
    /// <param name="answer">Disposed of with the stream.</param>
    /// <param name="progress">Called before each read. Default: nothing is.</param>
    public RemoteReadStream Body(string key, Stream body, long? length, IDisposable answer, Action? progress = null) =>
        new(key, body, length, answer, _failures, reader =>
        {
            progress?.Invoke();
            return new InactivityWatch(_tuning.AnswerTimeout, _clock, reader);
        });
}
