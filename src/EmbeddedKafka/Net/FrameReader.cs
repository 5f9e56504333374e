using System.Buffers.Binary;
using System.Buffers;
using System.Net.Sockets;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Kafka.Wire;

namespace KafkaBackup.EmbeddedKafka.Net;

/// <summary>Cuts what a client sends into frames. Its buffer grows with what really arrives, not with what a length claims.</summary>
internal sealed class FrameReader(Socket socket, int maxProduceBytes) : IDisposable
{
    private const int LengthSize = sizeof(int);

    // A request without records is small; one of this size names some hundred thousand partitions.
    private const int MaxOtherBytes = 4 * 1024 * 1024;
    private const int IdleBytes = 64 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(4096);
    private int _start;
    private int _end;

    private int Available => _end - _start;

    /// <summary>The next frame without its length, valid until the next call; null when the client has left.</summary>
    /// <exception cref="WireFormatException">The length is one that no client sends.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation)
    {
        Shrink();
        if (!await FillAsync(LengthSize + sizeof(short), cancellation))
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start));
        var key = (ApiKey)BinaryPrimitives.ReadInt16BigEndian(_buffer.AsSpan(_start + LengthSize));
        var limit = key == ApiKey.Produce ? maxProduceBytes : Math.Min(MaxOtherBytes, maxProduceBytes);
        if (length < sizeof(short) || length > limit)
        {
            throw new WireFormatException("The request", $"its length is {length}, where {limit} is the most for {key}", 0);
        }

        if (!await FillAsync(LengthSize + length, cancellation))
        {
            return null;
        }

        var frame = _buffer.AsMemory(_start + LengthSize, length);
        _start += LengthSize + length;
        return frame;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private async ValueTask<bool> FillAsync(int count, CancellationToken cancellation)
    {
        while (Available < count)
        {
            MakeRoom(count);
            var received = await socket.ReceiveAsync(_buffer.AsMemory(_end), cancellation);
            if (received == 0)
            {
                return false;
            }

            _end += received;
        }

        return true;
    }

    private void MakeRoom(int count)
    {
        if (_start + count <= _buffer.Length)
        {
            return;
        }

        var isFull = Available * 2L > _buffer.Length;
        var target = isFull ? ArrayPool<byte>.Shared.Rent((int)Math.Min(_buffer.Length * 2L, Math.Max(count, _buffer.Length))) : _buffer;
        _buffer.AsSpan(_start, Available).CopyTo(target);
        if (isFull)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = target;
        }

        (_start, _end) = (0, Available);
    }

    /// <summary>Gives a large buffer back once it is empty, so that an idle client holds little.</summary>
    private void Shrink()
    {
        if (Available == 0)
        {
            (_start, _end) = (0, 0);
            if (_buffer.Length > IdleBytes)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = ArrayPool<byte>.Shared.Rent(4096);
            }
        }
    }
}
