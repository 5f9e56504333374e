using System.Buffers.Binary;
using System.Buffers;
using System.IO.Hashing;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Segments;

/// <summary>Reads the records of a KBAK segment whose bytes are at hand. Every length in it is taken for hostile.</summary>
/// <remarks>Magic, version, codec, footer and CRC-32 are checked when it is opened; record counts and lengths while it is read. The body is
/// decompressed as it is read, and memory grows with the data that is really there, never with what a length field claims.</remarks>
public sealed class SegmentReader : SegmentRecords
{
    private const int FirstBuffer = 64 * 1024;

    private readonly string _key;
    private Stream _body;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private int _filled;
    private int _next;
    private int _recordEnd;
    private long _recordNumber;
    private (int At, int Length) _keyField;
    private (int At, int Length) _valueField;
    private int _firstHeader;
    private int _headerAt;
    private int _headersRead;
    private (int At, int Length) _headerName;
    private (int At, int Length) _headerValue;
    private int _headerCount;
    private long _offset;
    private long _timestamp;

    /// <summary>Opens a segment.</summary>
    /// <param name="stored">The whole object.</param>
    /// <param name="key">Its key, for messages.</param>
    /// <exception cref="StorageException">It is no sound segment; the message says what is wrong.</exception>
    public SegmentReader(ReadOnlyMemory<byte> stored, string key)
    {
        _key = key;
        var bytes = stored.Span;
        if (bytes.Length < SegmentFormat.HeaderSize + SegmentFormat.FooterSize)
        {
            throw Damaged($"it has {bytes.Length} bytes, fewer than header and footer take");
        }

        if (!bytes[..4].SequenceEqual(SegmentFormat.Magic) || !bytes[^4..].SequenceEqual(SegmentFormat.EndMagic))
        {
            throw Damaged("it does not start and end as a segment does");
        }

        if (bytes[4] != SegmentFormat.Version)
        {
            throw Damaged($"its format version is {bytes[4]}, and only {SegmentFormat.Version} is known");
        }

        Codec = (CompressionCodec)bytes[5];
        if (!Enum.IsDefined(Codec))
        {
            throw Damaged($"its codec number is {bytes[5]}, which is not known");
        }

        if (Crc32.HashToUInt32(bytes[..^SegmentFormat.FooterSize]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[^SegmentFormat.FooterSize..]))
        {
            throw Damaged("its CRC-32 does not match its content");
        }

        RecordCount = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        StartOffset = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]);
        EndOffset = BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]);
        var body = stored[SegmentFormat.HeaderSize..^SegmentFormat.FooterSize];
        _body = BodyStreams.Open(body, Codec);
    }

    /// <inheritdoc />
    public override CompressionCodec Codec { get; }

    /// <inheritdoc />
    public override long RecordCount { get; }

    /// <inheritdoc />
    public override long StartOffset { get; }

    /// <inheritdoc />
    public override long EndOffset { get; }

    /// <inheritdoc />
    public override long Offset => _offset;

    /// <inheritdoc />
    public override long Timestamp => _timestamp;

    /// <inheritdoc />
    public override NullableSpan Key => Field(_keyField);

    /// <inheritdoc />
    public override NullableSpan Value => Field(_valueField);

    /// <inheritdoc />
    public override int HeaderCount => _headerCount;

    /// <inheritdoc />
    public override ReadOnlySpan<byte> HeaderName => _buffer.AsSpan(_headerName.At, _headerName.Length);

    /// <inheritdoc />
    public override NullableSpan HeaderValue => Field(_headerValue);

    /// <inheritdoc />
    public override bool MoveNext()
    {
        if (_recordNumber == RecordCount)
        {
            return false;
        }

        _recordNumber++;
        _next = _recordEnd;
        Need(4);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(_next));
        if (length is < SegmentFormat.MinRecordLength or > int.MaxValue - 4)
        {
            throw Damaged($"record {_recordNumber} claims a length of {length} bytes");
        }

        Need(4 + (int)length);
        var at = _next + 4;
        _recordEnd = at + (int)length;
        _timestamp = BinaryPrimitives.ReadInt64LittleEndian(_buffer.AsSpan(at));
        _offset = BinaryPrimitives.ReadInt64LittleEndian(_buffer.AsSpan(at + 8));
        at += 16;
        _keyField = ReadField(ref at);
        _valueField = ReadField(ref at);
        _headerCount = ReadUInt16(ref at);
        _firstHeader = at;
        RestartHeaders();
        return true;
    }

    /// <inheritdoc />
    public override bool MoveNextHeader()
    {
        if (_headersRead == _headerCount)
        {
            return false;
        }

        var length = ReadUInt16(ref _headerAt);
        Within(_headerAt, length);
        _headerName = (_headerAt, length);
        _headerAt += length;
        _headerValue = ReadField(ref _headerAt);
        _headersRead++;
        return true;
    }

    /// <inheritdoc />
    public override void RestartHeaders()
    {
        _headerAt = _firstHeader;
        _headersRead = 0;
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        _body.Dispose();
        _body = Stream.Null; // Whoever still holds the cursor does not hold the object.
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private NullableSpan Field((int At, int Length) field) =>
        field.Length < 0 ? NullableSpan.Null : NullableSpan.Of(_buffer.AsSpan(field.At, field.Length));

    private (int At, int Length) ReadField(ref int at)
    {
        Within(at, 4);
        var length = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(at));
        at += 4;
        if (length < -1)
        {
            throw Damaged($"record {_recordNumber} has a field of {length} bytes");
        }

        Within(at, Math.Max(0, length));
        var field = (at, length);
        at += Math.Max(0, length);
        return field;
    }

    private int ReadUInt16(ref int at)
    {
        Within(at, 2);
        var value = BinaryPrimitives.ReadUInt16LittleEndian(_buffer.AsSpan(at));
        at += 2;
        return value;
    }

    private void Within(int at, int length)
    {
        if (length > _recordEnd - at)
        {
            throw Damaged($"a field of record {_recordNumber} reaches beyond the record's end");
        }
    }

    /// <summary>Makes sure that <paramref name="count"/> bytes from the next record on are in the buffer.</summary>
    private void Need(int count)
    {
        if (_filled - _next >= count)
        {
            return;
        }

        _buffer.AsSpan(_next, _filled - _next).CopyTo(_buffer);
        _filled -= _next;
        _recordEnd -= _next;
        _next = 0;
        while (_filled < count)
        {
            if (_filled == _buffer.Length)
            {
                var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, _buffer.Length * 2L));
                _buffer.CopyTo(larger, 0);
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = larger;
            }

            _filled += ReadBody() is var read and > 0
                ? read
                : throw Damaged($"its body ends in record {_recordNumber} of the {RecordCount} that its header promises");
        }
    }

    private int ReadBody()
    {
        try
        {
            return _body.Read(_buffer, _filled, _buffer.Length - _filled);
        }
        catch (Exception e) when (BodyStreams.IsDamage(e))
        {
            throw new StorageException(_key, $"{_key} is damaged: its body cannot be decompressed ({e.Message.TrimEnd('.')}).", e);
        }
    }

    private StorageException Damaged(string why) => new(_key, $"{_key} is damaged: {why}.");
}
