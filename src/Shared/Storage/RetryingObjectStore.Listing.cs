using System.Runtime.CompilerServices;

namespace KafkaBackup.Shared.Storage;

/// <content>Listings, which begin again and go on behind what was handed out.</content>
public sealed partial class RetryingObjectStore
{
    /// <inheritdoc />
    public IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, CancellationToken cancellation)
    {
        string? last = null;
        return ListAsync(prefix, token => _inner.ListAsync(prefix, token), IsNew, cancellation);

        bool IsNew(ObjectProperties found)
        {
            if (last is not null && string.CompareOrdinal(found.Key, last) <= 0)
            {
                return false;
            }

            last = found.Key;
            return true;
        }
    }

    /// <inheritdoc />
    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellation) =>
        ListAsync(prefix, token => _inner.ListFoldersAsync(prefix, token), new HashSet<string>(StringComparer.Ordinal).Add, cancellation);

    private async IAsyncEnumerable<T> ListAsync<T>(
        string prefix, Func<CancellationToken, IAsyncEnumerable<T>> list, Predicate<T> isNew, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var call = Call(prefix, "list");
        try
        {
            while (true)
            {
                await using var pass = new Pass<T>(this, call, list, cancellation);
                while (await pass.MoveNextAsync())
                {
                    if (isNew(pass.Current))
                    {
                        _patience.Answered(call);
                        yield return pass.Current;
                    }
                }

                if (pass.Failure is null)
                {
                    _patience.Answered(call);
                    yield break;
                }

                await PauseAsync(call, pass.Failure, cancellation);
            }
        }
        finally
        {
            _patience.Left(call);
        }
    }

    /// <summary>One listing from its start to its end or first failure.</summary>
    private sealed class Pass<T>(
        RetryingObjectStore store, PatientCall call, Func<CancellationToken, IAsyncEnumerable<T>> list, CancellationToken cancellation) : IAsyncDisposable
    {
        private readonly CancellationTokenSource _cut = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        private IAsyncEnumerator<T>? _items;
        private Task<bool>? _moving;

        public T Current => _items!.Current;

        /// <summary>Why it ended early, if it did and may be begun again.</summary>
        public StorageException? Failure { get; private set; }

        public async ValueTask<bool> MoveNextAsync()
        {
            try
            {
                cancellation.ThrowIfCancellationRequested();
                store._patience.TryBegins(call);
                _items ??= list(_cut.Token).GetAsyncEnumerator(_cut.Token);
                var moving = _items.MoveNextAsync();
                return moving.IsCompletedSuccessfully ? moving.Result : await store.EndAsync(call, _moving = moving.AsTask(), _cut, cancellation);
            }
            catch (StorageException e) when (e.IsRetryable)
            {
                Failure = e;
                return false;
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (_items is not null && _moving is not { IsCompleted: false }) // What was left behind cannot be disposed of.
            {
                await _items.DisposeAsync();
            }

            _cut.Dispose();
        }
    }
}
