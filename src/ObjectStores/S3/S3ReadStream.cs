using Amazon.Runtime;
using Amazon.S3.Model;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.S3;

/// <summary>The body of an object as it comes over the network. Ends in a retryable failure when it does not come whole.</summary>
internal sealed class S3ReadStream(string key, string store, GetObjectResponse response, S3Failures failures, Func<CancellationToken, InactivityWatch> watch) : Stream
{
    private readonly Stream _body = response.ResponseStream;
    private readonly long? _length = LengthOf(response);
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

    /// <summary>How many bytes the body is to have; null when the answer does not say, and the body tells its end by itself.</summary>
    public static long? LengthOf(GetObjectResponse response) => response.Headers.Keys.Contains("Content-Length") ? response.Headers.ContentLength : null;

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
            count = await _body.ReadAsync(buffer, watching.Token);
        }
        catch (AmazonClientException e) when (e.InnerException is null)
        {
            throw new StorageException(key, $"Cannot read {store}/{key}: its content does not fit its checksum.", e) { IsRetryable = true };
        }
        catch (Exception e)
        {
            throw failures.Translate(key, "read", e, watching, cancellationToken);
        }

        _read += count;
        return count > 0 || _length is null || _read == _length
            ? count
            : throw new StorageException(key, $"Cannot read {store}/{key}: {_read:N0} of {_length:N0} bytes came.") { IsRetryable = true };
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
            response.Dispose();
        }

        base.Dispose(disposing);
    }
}
