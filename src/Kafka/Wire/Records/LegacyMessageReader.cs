using System.Buffers.Binary;
using System.IO.Hashing;
using KafkaBackup.Shared.Kafka;
using Layout = KafkaBackup.Kafka.Wire.Records.RecordBatchLayout;

namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>Reads messages of the formats 0 and 1, in which Kafka kept records before version 0.11: one, or those that are packed in its value.</summary>
/// <remarks>Packed ones of format 0 have their own offsets; those of format 1 are counted so that the last has the offset of the one that holds them, whose time counts for all
/// where it is the broker's. Format 0 has no times, and neither has headers. The rule is the section "Old Message Format" of Kafka's documentation.</remarks>
/// <param name="maxBytes">The most bytes that packed messages may take.</param>
public sealed class LegacyMessageReader(int maxBytes) : RecordCursor, IDisposable
{
    private readonly BatchDecompressor _decompressor = new(maxBytes);
    private RecordBatchHeader _outer;
    private ReadOnlyMemory<byte> _messages;
    private bool _isPacked;
    private int _next;
    private long _firstOffset;
    private long _offset;
    private long _timestamp;
    private (int At, int Length) _key;
    private (int At, int Length) _value;

    /// <inheritdoc />
    public override long Offset => _offset;

    /// <inheritdoc />
    public override long Timestamp => _timestamp;

    /// <inheritdoc />
    public override NullableSpan Key => Read(_key);

    /// <inheritdoc />
    public override NullableSpan Value => Read(_value);

    /// <inheritdoc />
    public override int HeaderCount => 0;

    /// <inheritdoc />
    public override ReadOnlySpan<byte> HeaderName => [];

    /// <inheritdoc />
    public override NullableSpan HeaderValue => NullableSpan.Null;

    /// <summary>Goes to before the first message.</summary>
    /// <param name="batch">The message as <see cref="RecordBatches"/> gave it, which must not change until the next is opened.</param>
    /// <exception cref="WireFormatException">It is damaged.</exception>
    public void Open(RecordBatch batch)
    {
        (_outer, _messages, _isPacked, _next, _firstOffset) = (batch.Header, batch.Bytes, false, 0, 0);
        if (_outer.Codec == BatchCodec.None)
        {
            return;
        }

        VerifyCrc(batch.Bytes.Span, _outer, 0);
        var (_, value) = Fields(batch.Bytes.Span, _outer, 0);
        var packed = batch.Bytes.Slice(value.At, Math.Max(0, value.Length));
        var bytes = new byte[packed.Length];
        packed.CopyTo(bytes);
        (_messages, _isPacked) = (_decompressor.Decompress(bytes, _outer), true);
        var last = 0L;
        for (var at = 0; at < _messages.Length;)
        {
            var header = Parse(at);
            (last, at) = (header.BaseOffset, at + header.TotalBytes);
        }

        _firstOffset = _outer.Magic == 0 ? 0 : _outer.BaseOffset - last;
    }

    /// <inheritdoc />
    /// <exception cref="WireFormatException">The next message is damaged.</exception>
    public override bool MoveNext()
    {
        (_key, _value) = ((0, -1), (0, -1));
        if (_next >= _messages.Length)
        {
            return false;
        }

        var header = _isPacked ? Parse(_next) : _outer;
        var message = _messages.Span.Slice(_next, header.TotalBytes);
        VerifyCrc(message, header, _next);
        var (key, value) = Fields(message, header, _next);
        (_key, _value) = ((_next + key.At, key.Length), (_next + value.At, value.Length));
        _offset = _firstOffset + header.BaseOffset;
        _timestamp = _outer.Magic > 0 && _outer.TimestampType == TimestampType.LogAppendTime ? _outer.MaxTimestamp : header.MaxTimestamp;
        _next += header.TotalBytes;
        return true;
    }

    /// <inheritdoc />
    public override bool MoveNextHeader() => false;

    /// <inheritdoc />
    public override void RestartHeaders()
    {
    }

    /// <inheritdoc />
    public void Dispose()
    {
        (_messages, _next) = (default, 0);
        _decompressor.Dispose();
    }

    private RecordBatchHeader Parse(int at)
    {
        var header = RecordBatchHeader.ParseLegacy(_messages.Span[at..], at);
        return header.Magic == _outer.Magic && header.Codec == BatchCodec.None ? header : throw _outer.Damaged("it holds messages that are packed once more, or of another format", at);
    }

    private static void VerifyCrc(ReadOnlySpan<byte> message, in RecordBatchHeader header, long position)
    {
        var actual = Crc32.HashToUInt32(message[Layout.Magic..header.TotalBytes]);
        if (actual != header.Crc)
        {
            throw header.Damaged($"its CRC-32 is {actual:x8} where {header.Crc:x8} is stored", position + Layout.LegacyCrc);
        }
    }

    private static ((int At, int Length) Key, (int At, int Length) Value) Fields(ReadOnlySpan<byte> message, in RecordBatchHeader header, int position)
    {
        var at = header.Magic == 0 ? Layout.LegacyFields0 : Layout.LegacyFields1;
        var key = Field(message, header, ref at, position);
        var value = Field(message, header, ref at, position);
        return at == header.TotalBytes ? (key, value) : throw header.Damaged($"{header.TotalBytes - at} bytes follow its value", position + at);
    }

    private static (int At, int Length) Field(ReadOnlySpan<byte> message, in RecordBatchHeader header, ref int at, int position)
    {
        var left = header.TotalBytes - at - sizeof(int);
        var length = left < 0 ? int.MaxValue : BinaryPrimitives.ReadInt32BigEndian(message[at..]);
        if (length < -1 || length > left)
        {
            throw header.Damaged($"it has a key or value of {length} bytes where {left} are left", position + at);
        }

        at += sizeof(int) + Math.Max(0, length);
        return (at - Math.Max(0, length), length);
    }

    private NullableSpan Read((int At, int Length) field) => field.Length < 0 ? NullableSpan.Null : NullableSpan.Of(_messages.Span.Slice(field.At, field.Length));
}
