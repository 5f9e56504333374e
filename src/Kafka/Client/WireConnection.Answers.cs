using System.Buffers;
using System.Buffers.Binary;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Client;

/// <content>What comes from the broker.</content>
internal sealed partial class WireConnection
{
    /// <summary>No broker's answer to what is asked here is larger, but for records.</summary>
    private const int LargestAnswer = 100_000_000;

    private long _received;

    private async Task ReadAsync()
    {
        try
        {
            var length = new byte[sizeof(int)];
            while (true)
            {
                await FillAsync(length);
                Waiting waiting;
                lock (_gate)
                {
                    if (!_waiting.TryPeek(out waiting!))
                    {
                        throw new InvalidDataException("it answers what nobody asked");
                    }
                }

                var frame = await ReadFrameAsync(BinaryPrimitives.ReadInt32BigEndian(length), waiting);
                try
                {
                    var answer = WireFrames.ReadResponse(new WireReader(frame), waiting.Header);
                    lock (_gate)
                    {
                        _waiting.TryDequeue(out _);
                    }

                    waiting.Answer.TrySetResult(answer);
                }
                catch (BackupException e)
                {
                    waiting.Answer.TrySetException(e);
                    throw;
                }
            }
        }
        catch (EndOfStreamException e)
        {
            Failed($"{Address} closed the connection", e);
        }
        catch (Exception e) when (IsOfConnection(e) || e is InvalidDataException or BackupException)
        {
            Failed($"The connection to {Address} broke: {Reason(e)}", e);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadFrameAsync(int size, Waiting waiting)
    {
        if (size < sizeof(int) || (waiting.MostPooled is null && size > LargestAnswer))
        {
            throw new InvalidDataException($"it sent an answer of {size} bytes, as no broker of Kafka does");
        }

        if (size > waiting.MostPooled)
        {
            waiting.Answer.TrySetException(new AnswerTooLargeException(Address, size));
            throw new InvalidDataException($"it sent an answer of {size} bytes, for which there is no room");
        }

        var bytes = waiting.MostPooled is null ? new byte[size] : waiting.Pooled = ArrayPool<byte>.Shared.Rent(size);
        await FillAsync(bytes.AsMemory(0, size));
        return bytes.AsMemory(0, size);
    }

    /// <exception cref="EndOfStreamException">The broker ended the connection.</exception>
    private async ValueTask FillAsync(Memory<byte> room)
    {
        while (!room.IsEmpty)
        {
            var read = await _stream.ReadAsync(room);
            if (read == 0)
            {
                throw new EndOfStreamException();
            }

            Interlocked.Add(ref _received, read);
            room = room[read..];
        }
    }

    /// <summary>Who waits for an answer.</summary>
    private sealed record Waiting(TaskCompletionSource<IWireStruct> Answer)
    {
        public RequestHeader Header { get; set; }

        /// <summary>The largest answer that is taken, in bytes that a pool lends; null: an array of its own will do.</summary>
        public int? MostPooled { get; init; }

        /// <summary>The bytes that the pool lent.</summary>
        public byte[]? Pooled { get; set; }
    }
}
