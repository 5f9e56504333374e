using System.Buffers;

namespace KafkaBackup.Shared.Storage;

/// <summary>A store in front of another that repeats what failed and may pass, with growing random pauses, until patience is at its end.</summary>
/// <remarks>
/// <para>Only failures that say of themselves that they are retryable are repeated; what was tried in vain until the end comes back as one
/// that is not. A conflict passes at once: after a try whose answer was lost it may be the caller's own write, and only the caller, who
/// knows what it wrote, can tell.</para>
/// <para>A caller that cancels waits for the try under way all the same, as memory that is being written from must not be used again. Only
/// a try that does not end for as long as patience lasts is cancelled and, as not every store can be cancelled, left behind: its memory may
/// be read until the store comes back, and nothing names what it writes then.</para>
/// </remarks>
public sealed partial class RetryingObjectStore : IObjectStore, IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>How long a cancelled try has to end by itself, so that its memory is the caller's again.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly IObjectStore _inner;
    private readonly StorePatience _patience;
    private readonly Random _jitter;
    private readonly bool _isBrief;

    /// <summary>A store with patience.</summary>
    /// <param name="inner">The store that does the work.</param>
    /// <param name="patience">How long, over all calls of a run; it owns the clock.</param>
    /// <param name="jitter">Spreads the pauses, so that many nodes do not come back in step.</param>
    public RetryingObjectStore(IObjectStore inner, StorePatience patience, Random jitter)
        : this(inner, patience, jitter, isBrief: false)
    {
    }

    private RetryingObjectStore(IObjectStore inner, StorePatience patience, Random jitter, bool isBrief) =>
        (_inner, _patience, _jitter, _isBrief) = (inner, patience, jitter, isBrief);

    /// <inheritdoc />
    public string Name => _inner.Name;

    /// <inheritdoc />
    public string Address => _inner.Address;

    /// <summary>The same store for calls that a run can do without for now: they wait 3 s at most, and nobody is told that they wait.</summary>
    public RetryingObjectStore Briefly() => new(_inner, _patience, _jitter, isBrief: true);

    /// <inheritdoc />
    public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation) =>
        RunAsync(Call(key, "read"), token => _inner.GetAsync(key, token), cancellation);

    /// <inheritdoc />
    /// <remarks>Repeated until it is open; a failure of the stream itself is the reader's.</remarks>
    public Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation) =>
        RunAsync(Call(key, "read"), token => _inner.OpenReadAsync(key, token), cancellation);

    /// <inheritdoc />
    public Task<ObjectProperties?> HeadAsync(string key, CancellationToken cancellation) =>
        RunAsync(Call(key, "read"), token => _inner.HeadAsync(key, token), cancellation);

    /// <inheritdoc />
    /// <remarks>A conflict may be with an earlier try of this very call.</remarks>
    public Task<ETag> PutAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation) =>
        RunAsync(Call(key, "write", content.Length), token => _inner.PutAsync(key, content, condition, token), cancellation);

    /// <inheritdoc />
    public Task DeleteAsync(string key, CancellationToken cancellation) => RunAsync(
        Call(key, "delete"),
        async token =>
        {
            await _inner.DeleteAsync(key, token);
            return true;
        },
        cancellation);

    /// <inheritdoc />
    public void Dispose() => (_inner as IDisposable)?.Dispose();

    private PatientCall Call(string key, string verb, long size = 0) => new(key, verb, size, _isBrief);

    private async Task<T> RunAsync<T>(PatientCall call, Func<CancellationToken, Task<T>> attempt, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                StorageException failure;
                try
                {
                    using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                    _patience.TryBegins(call);
                    var answer = await EndAsync(call, attempt(cut.Token), cut, cancellation);
                    _patience.Answered(call);
                    return answer;
                }
                catch (StorageConflictException)
                {
                    _patience.Answered(call);
                    throw;
                }
                catch (StorageException e) when (e.IsRetryable)
                {
                    failure = e;
                }

                await PauseAsync(call, failure, cancellation);
            }
        }
        finally
        {
            _patience.Left(call);
        }
    }

    /// <summary>Waits for a try as long as it may take, then ends it.</summary>
    private async Task<T> EndAsync<T>(PatientCall call, Task<T> trying, CancellationTokenSource cut, CancellationToken cancellation)
    {
        if (!await EndsInTimeAsync(call, trying))
        {
            await CancelledAsync(trying, cut);
            if (!trying.IsCompleted)
            {
                _ = trying.ContinueWith(left => left.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
                cancellation.ThrowIfCancellationRequested();
                throw NoAnswer(call);
            }
        }

        try
        {
            return await trying;
        }
        catch (OperationCanceledException) when (cut.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw NoAnswer(call);
        }
    }

    private Task CancelledAsync(Task trying, CancellationTokenSource cut)
    {
        cut.Cancel();
        return Task.WhenAny(trying, Task.Delay(Grace, _patience.Clock, CancellationToken.None));
    }

    private async Task<bool> EndsInTimeAsync(PatientCall call, Task trying)
    {
        while (!trying.IsCompleted)
        {
            var left = _patience.TimeLeft(call, () => NoAnswer(call).Message);
            if (left <= TimeSpan.Zero)
            {
                return false;
            }

            var over = new TaskCompletionSource();
            await using var timer = _patience.Clock.CreateTimer(_ => over.TrySetResult(), null, left, Timeout.InfiniteTimeSpan);
            await Task.WhenAny(trying, over.Task, _patience.Hurrying);
        }

        return true;
    }

    /// <summary>Waits before the next try.</summary>
    /// <exception cref="StorageException">There is none: patience is at its end.</exception>
    private Task PauseAsync(PatientCall call, StorageException failure, CancellationToken cancellation)
    {
        var pause = NextPause(call.Failures);
        return _patience.AllowsAnother(call, failure, pause)
            ? Task.Delay(pause, _patience.Clock, cancellation)
            : throw new StorageException(call.Key, failure.Message + _patience.Verdict(call), failure);
    }

    private TimeSpan NextPause(int failures)
    {
        var longest = FirstPause * Math.Pow(2, Math.Min(failures, 10));
        lock (_jitter) // Many calls share one, and it is for one thread at a time.
        {
            return (longest < LongestPause ? longest : LongestPause) * (0.5 + (_jitter.NextDouble() / 2));
        }
    }

    private StorageException NoAnswer(PatientCall call)
    {
        var silence = _patience.Now - call.TryBegan;
        return new StorageException(call.Key, $"Cannot {call.Verb} {Name}/{call.Key}: no answer for {StorePatience.Text(silence)}.")
        {
            IsRetryable = true,
            Silence = silence,
        };
    }
}
