using System.Buffers;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Tests.Validation;

/// <summary>A store whose streams come over a network: they cannot go back, and the other side does not wait for ever.</summary>
internal sealed class NetworkStore(IObjectStore inner) : IObjectStore
{
    private int _open;

    /// <summary>How many streams break off before anything came of them.</summary>
    public int ToBreak { get; set; }

    /// <summary>How many were asked for.</summary>
    public int Opened { get; private set; }

    /// <summary>What was read whole.</summary>
    public List<string> ReadWhole { get; } = [];

    /// <summary>Whether a stream is open.</summary>
    public bool IsOpen => _open > 0;

    public string Name => inner.Name;

    public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation)
    {
        ReadWhole.Add(key);
        return inner.GetAsync(key, cancellation);
    }

    public async Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation)
    {
        Opened++;
        return await inner.GetAsync(key, cancellation) is { } stored ? new NetworkStream(this, key, stored.Content.ToArray(), isBroken: ToBreak-- > 0) : null;
    }

    public Task<ObjectProperties?> HeadAsync(string key, CancellationToken cancellation) => inner.HeadAsync(key, cancellation);

    public Task<ETag> PutAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation) => inner.PutAsync(key, content, condition, cancellation);

    public IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, CancellationToken cancellation) => inner.ListAsync(prefix, cancellation);

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellation) => inner.ListFoldersAsync(prefix, cancellation);

    public Task DeleteAsync(string key, CancellationToken cancellation) => inner.DeleteAsync(key, cancellation);

    private sealed class NetworkStream : MemoryStream
    {
        private readonly NetworkStore _store;
        private readonly string _key;
        private readonly bool _isBroken;
        private bool _isOpen = true;

        public NetworkStream(NetworkStore store, string key, byte[] content, bool isBroken)
            : base(content)
        {
            (_store, _key, _isBroken) = (store, key, isBroken);
            Interlocked.Increment(ref store._open);
        }

        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _isBroken ? throw new StorageException(_key, "The connection was reset.") { IsRetryable = true } : base.ReadAsync(buffer, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (_isOpen)
            {
                _isOpen = false;
                Interlocked.Decrement(ref _store._open);
            }

            base.Dispose(disposing);
        }
    }
}
