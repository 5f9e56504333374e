using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.Remote;

/// <summary>The body of an object as it comes over the network. Ends in a retryable failure when it does not come whole.</summary>
/// <param name="key">The object.</param>
/// <param name="body">The body as it comes.</param>
/// <param name="length">How many bytes it is to have; null when the answer does not say, and the body tells its end by itself.</param>
/// <param name="answer">The answer that the body is of; disposed of with the stream.</param>
/// <param name="failures">Words for what goes wrong.</param>
/// <param name="watch">Begins to watch a read.</param>
internal sealed class RemoteReadStream(
    string key, Stream body, long? length, IDisposable answer, RemoteFailures failures, Func<CancellationToken, InactivityWatch> watch) : Stream
{
    private long _read;

    /// <inheritdoc />
    public override bool CanRead => true;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => false;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    /// <summary>Reads all of it.</summary>
    /// <exception cref="StorageException">It did not come whole, or is too large for one piece.</exception>
    public async Task<byte[]> ReadWholeAsync(CancellationToken cancellation)
    {
        if (length > Array.MaxLength)
        {
            throw new StorageException(key, $"{failures.Store}/{key} is too large to be read in one piece ({length:N0} bytes).");
        }

        // To its very end: there checksums are compared.
        var content = new MemoryStream((int)(length ?? 0));
        await CopyToAsync(content, cancellation);
        return content.Length == content.Capacity ? content.GetBuffer() : content.ToArray();
    }

    /// <inheritdoc />
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        using var watching = watch(cancellationToken);
        int count;
        try
        {
            count = await body.ReadAsync(buffer, watching.Token);
        }
        catch (Exception e) when (failures.IsDamage(e))
        {
            throw new StorageException(key, $"Cannot read {failures.Store}/{key}: its content does not fit its checksum.", e) { IsRetryable = true };
        }
        catch (Exception e)
        {
            throw failures.Translate(key, "read", e, watching, cancellationToken);
        }

        _read += count;
        return count > 0 || length is null || _read == length
            ? count
            : throw new StorageException(key, $"Cannot read {failures.Store}/{key}: {_read:N0} of {length:N0} bytes came.") { IsRetryable = true };
    }

    /// <inheritdoc />
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc />
    public override void Flush()
    {
    }

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            body.Dispose();
            answer.Dispose();
        }

        base.Dispose(disposing);
    }
}
