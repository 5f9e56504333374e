using System.Buffers;

namespace KafkaBackup.ObjectStores.Remote;

/// <summary>A part of a sequence as a stream to upload from, without a copy of it.</summary>
/// <remarks>
/// Once disposed it never touches the memory again, not even for a reader that is in the middle of a call: an HTTP client may still
/// be sending when a request has failed, and the memory goes back to its pool then.
/// </remarks>
internal sealed class SequenceStream : Stream
{
    private readonly Lock _lock = new();
    private readonly Action _progress;
    private ReadOnlySequence<byte> _content;
    private ReadOnlySequence<byte> _rest;
    private long _position;
    private bool _closed;

    /// <summary>A stream from the start of <paramref name="content"/> to its end.</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="progress">Called whenever some were read.</param>
    public SequenceStream(ReadOnlySequence<byte> content, Action progress) =>
        (_content, _rest, _progress, Length) = (content, content, progress, content.Length);

    /// <inheritdoc />
    public override bool CanRead => true;

    /// <inheritdoc />
    public override bool CanSeek => true;

    /// <inheritdoc />
    public override bool CanWrite => false;

    /// <inheritdoc />
    public override long Length { get; }

    /// <inheritdoc />
    public override long Position
    {
        get => _position;
        set
        {
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                (_rest, _position) = (_content.Slice(value), value);
            }
        }
    }

    /// <inheritdoc />
    public override int Read(Span<byte> buffer)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            var count = (int)Math.Min(buffer.Length, _rest.Length);
            _rest.Slice(0, count).CopyTo(buffer);
            _rest = _rest.Slice(count);
            _position += count;
            _progress();
            return count;
        }
    }

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc />
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc />
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => cancellationToken.IsCancellationRequested
        ? ValueTask.FromCanceled<int>(cancellationToken)
        : ValueTask.FromResult(Read(buffer.Span));

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    /// <inheritdoc />
    public override void Flush()
    {
    }

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        lock (_lock)
        {
            (_closed, _content, _rest) = (true, default, default);
        }
    }
}
