using System.Buffers;

namespace KafkaBackup.Shared.Storage;

/// <summary>A store in front of another that measures each try. The tries are those of a <see cref="RetryingObjectStore"/> before it.</summary>
public sealed class MeteredObjectStore : IObjectStore, IDisposable
{
    private readonly IObjectStore _inner;
    private readonly BackupId _backup;
    private readonly string _backend;
    private readonly StoreMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly IDisposable _watching;

    /// <summary>A store that is measured.</summary>
    /// <param name="inner">The store that does the work.</param>
    /// <param name="backup">The backup that it is for.</param>
    /// <param name="backend">What kind of store it is, such as <c>s3</c>.</param>
    /// <param name="patience">How long the run bears with it; it owns the clock.</param>
    /// <param name="metrics">Where the numbers go.</param>
    public MeteredObjectStore(IObjectStore inner, BackupId backup, string backend, StorePatience patience, StoreMetrics metrics)
    {
        (_inner, _backup, _backend, _metrics, _clock) = (inner, backup, backend, metrics, patience.Clock);
        _watching = metrics.Watch(backup, patience);
        metrics.Begin(backup, backend);
    }

    /// <inheritdoc />
    public string Name => _inner.Name;

    /// <inheritdoc />
    public string Address => _inner.Address;

    /// <inheritdoc />
    public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation) => ReadAsync(key, () => _inner.GetAsync(key, cancellation));

    /// <inheritdoc />
    public Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation) => ReadAsync(key, () => _inner.OpenReadAsync(key, cancellation));

    /// <inheritdoc />
    public Task<ObjectProperties?> HeadAsync(string key, CancellationToken cancellation) => ReadAsync(key, () => _inner.HeadAsync(key, cancellation));

    /// <inheritdoc />
    public async Task<ETag> PutAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation)
    {
        var operation = OperationOf(key);
        var (start, size) = (_clock.GetTimestamp(), content.Length);
        try
        {
            var tag = await CountingFailures(() => _inner.PutAsync(key, content, condition, cancellation));
            if (operation == "segment")
            {
                _metrics.WroteSegment(_backend, _backup, size);
            }
            else if (operation == "head")
            {
                _metrics.Swapped(_backup, isRefused: false);
            }

            return tag;
        }
        catch (StorageConflictException) when (operation == "head")
        {
            _metrics.Swapped(_backup, isRefused: true);
            throw;
        }
        finally
        {
            _metrics.Wrote(_backend, operation, _clock.GetElapsedTime(start));
        }
    }

    /// <inheritdoc />
    public IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, CancellationToken cancellation) => _inner.ListAsync(prefix, cancellation);

    /// <inheritdoc />
    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellation) => _inner.ListFoldersAsync(prefix, cancellation);

    /// <inheritdoc />
    public async Task DeleteAsync(string key, CancellationToken cancellation) => await CountingFailures(() => DeletedAsync(key, cancellation));

    /// <inheritdoc />
    public void Dispose()
    {
        _watching.Dispose();
        (_inner as IDisposable)?.Dispose();
    }

    private async Task<bool> DeletedAsync(string key, CancellationToken cancellation)
    {
        await _inner.DeleteAsync(key, cancellation);
        return true;
    }

    private async Task<T> ReadAsync<T>(string key, Func<Task<T>> reading)
    {
        var start = _clock.GetTimestamp();
        try
        {
            return await CountingFailures(reading);
        }
        finally
        {
            _metrics.Read(_backend, OperationOf(key), _clock.GetElapsedTime(start));
        }
    }

    /// <summary>A condition that does not hold is an answer, and no failure.</summary>
    private async Task<T> CountingFailures<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (StorageException e)
        {
            _metrics.Failed(_backend, e.IsRetryable);
            throw;
        }
    }

    private string OperationOf(string key) => key switch
    {
        _ when key == BackupKeys.Head(_backup) => "head",
        _ when key == BackupKeys.Manifest(_backup) => "manifest",
        _ when key == BackupKeys.Offsets(_backup) => "checkpoint",
        _ when key.StartsWith(BackupKeys.SegmentsPrefix(_backup), StringComparison.Ordinal) => "segment",
        _ when key.StartsWith(BackupKeys.PartsPrefix(_backup), StringComparison.Ordinal) => "part",
        _ => "other",
    };
}
