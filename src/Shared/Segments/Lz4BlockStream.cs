using System.Buffers;
using System.Buffers.Binary;

namespace KafkaBackup.Shared.Segments;

/// <summary>Decompresses one LZ4 block with the length (u32) of its content in front, a piece at a time. Reading is all it can do.</summary>
/// <remarks>Written after the block format description of the LZ4 project; <see cref="Lz4BlockJoiner"/> tells what it says. A match reaches
/// back 65,535 bytes at most, so that memory is the same whatever the block claims. Every length in it is taken for hostile.</remarks>
internal sealed class Lz4BlockStream(ReadOnlyMemory<byte> body) : Stream
{
    /// <summary>As far as a match can reach back.</summary>
    private const int Window = 64 * 1024;

    /// <summary>The window, and room for what is decompressed at a time.</summary>
    private const int BufferSize = 4 * Window;

    /// <summary>How many bytes of a short sequence are copied at a time. No fewer than its literals can be.</summary>
    private const int Stride = 16;

    private const int MaxNibble = 15;
    private const int MinMatch = 4;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _filled;
    private int _taken;
    private uint? _claimed;
    private int _at;
    private bool _isOver;

    /// <summary>How much all sequences make that were read so far.</summary>
    private long _made;
    private int _literalsAt;
    private int _literalsLeft;
    private long _matchLeft;
    private int _distance;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc />
    /// <exception cref="InvalidDataException">The block is damaged, or does not hold what it claims.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_taken == _filled)
        {
            Fill(body.Span);
        }

        var count = Math.Min(buffer.Length, _filled - _taken);
        _buffer.AsSpan(_taken, count).CopyTo(buffer);
        _taken += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _filled = _taken = 0;
        base.Dispose(disposing);
    }

    /// <summary>Decompresses until the buffer is full or the block over. All that is in the buffer has been taken.</summary>
    private void Fill(ReadOnlySpan<byte> block)
    {
        ObjectDisposedException.ThrowIf(_buffer.Length == 0, this);
        if (_filled > Window)
        {
            _buffer.AsSpan(_filled - Window, Window).CopyTo(_buffer);
            _filled = _taken = Window;
        }

        while (_filled < BufferSize)
        {
            if (_literalsLeft > 0)
            {
                var count = Math.Min(_literalsLeft, BufferSize - _filled);
                block.Slice(_literalsAt, count).CopyTo(_buffer.AsSpan(_filled));
                _filled += count;
                _literalsAt += count;
                _literalsLeft -= count;
            }
            else if (_matchLeft > 0)
            {
                var count = (int)Math.Min(_matchLeft, BufferSize - _filled);
                CopyMatch(count);
                _matchLeft -= count;
            }
            else if (_isOver)
            {
                return;
            }
            else
            {
                CopyShortSequences(block);
                ReadSequence(block);
            }
        }
    }

    /// <summary>Decompresses sequences as long as they are short and plain, which most are. The first that is not, or is damaged, it leaves untouched.</summary>
    /// <remarks>Copies of a fixed length are several times faster than such of the right length. What is too much is overwritten by what comes next.</remarks>
    private void CopyShortSequences(ReadOnlySpan<byte> block)
    {
        var buffer = _buffer.AsSpan(0, BufferSize);
        var left = (_claimed ??= ReadUInt32(block)) - _made;
        var (at, filled) = (_at, _filled);
        while (at <= block.Length - (1 + Stride + sizeof(ushort)) && filled <= BufferSize - (3 * Stride))
        {
            int token = block[at];
            var (literals, match) = (token >> 4, token & MaxNibble);
            if (literals == MaxNibble || match == MaxNibble || literals + MinMatch + match > left)
            {
                break;
            }

            block.Slice(at + 1, Stride).CopyTo(buffer[filled..]);
            var to = filled + literals;
            int distance = BinaryPrimitives.ReadUInt16LittleEndian(block[(at + 1 + literals)..]);

            // Nearer than a stride, a copy would read what it has yet to write. Farther than all that is in the buffer there is nothing.
            if (distance < Stride || distance > to)
            {
                break;
            }

            // A match that is not longer than its number in the token says has up to eighteen bytes, two more than a stride.
            buffer.Slice(to - distance, Stride).CopyTo(buffer[to..]);
            buffer.Slice(to - distance + Stride, sizeof(ushort)).CopyTo(buffer[(to + Stride)..]);
            at += 1 + literals + sizeof(ushort);
            filled = to + MinMatch + match;
            left -= literals + MinMatch + match;
        }

        (_at, _filled, _made) = (at, filled, _claimed.Value - left);
    }

    /// <summary>Copies what lies <see cref="_distance"/> back, which may be part of what is being made.</summary>
    private void CopyMatch(int count)
    {
        var source = _filled - _distance;
        for (var known = _distance; count > 0; known *= 2)
        {
            // From the source on, all that is known repeats itself with the distance as its period.
            var copied = Math.Min(known, count);
            _buffer.AsSpan(source, copied).CopyTo(_buffer.AsSpan(_filled));
            _filled += copied;
            count -= copied;
        }
    }

    /// <summary>Reads a sequence's numbers, and makes sure before anything is made of it that it fits the block and what the block claims.</summary>
    private void ReadSequence(ReadOnlySpan<byte> block)
    {
        var claimed = _claimed ??= ReadUInt32(block);
        if (_at == block.Length)
        {
            throw CutOff();
        }

        var token = block[_at++];
        var literals = ReadLength(block, token >> 4);
        if (literals > block.Length - _at)
        {
            throw CutOff();
        }

        Make(literals, claimed);
        (_literalsAt, _literalsLeft) = (_at, (int)literals);
        _at += (int)literals;
        if (_at == block.Length)
        {
            // Only the last sequence has no match.
            _isOver = true;
            if (_made < claimed)
            {
                throw new InvalidDataException($"an LZ4 block of {_made} bytes claims {claimed}");
            }

            return;
        }

        _distance = ReadUInt16(block);
        if (_distance == 0 || _distance > _made)
        {
            throw new InvalidDataException($"an LZ4 match reaches back {_distance} bytes where there are {_made}");
        }

        _matchLeft = MinMatch + ReadLength(block, token & MaxNibble);
        Make(_matchLeft, claimed);
    }

    private void Make(long count, uint claimed)
    {
        _made += count;
        if (_made > claimed)
        {
            throw new InvalidDataException($"an LZ4 block holds more than the {claimed} bytes that it claims");
        }
    }

    private long ReadLength(ReadOnlySpan<byte> block, int nibble)
    {
        long length = nibble;
        for (int more = nibble == MaxNibble ? byte.MaxValue : 0; more == byte.MaxValue;)
        {
            more = _at < block.Length ? block[_at++] : throw CutOff();
            length += more;
        }

        return length;
    }

    private int ReadUInt16(ReadOnlySpan<byte> block)
    {
        _at += sizeof(ushort);
        return _at <= block.Length ? BinaryPrimitives.ReadUInt16LittleEndian(block[(_at - sizeof(ushort))..]) : throw CutOff();
    }

    private uint ReadUInt32(ReadOnlySpan<byte> block)
    {
        _at += sizeof(uint);
        return _at <= block.Length ? BinaryPrimitives.ReadUInt32LittleEndian(block[(_at - sizeof(uint))..]) : throw CutOff();
    }

    private static InvalidDataException CutOff() => new("an LZ4 block ends before it is complete");
}
