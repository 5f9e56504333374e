using System.Runtime.InteropServices;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>Reads the records of one batch after the other where they lie, or in its own buffer when they are compressed.</summary>
/// <remarks>A record is checked whole when the reader moves to it, headers included: nothing else throws. Offsets must rise and stay within
/// the batch, as brokers and compaction leave them. The rule is the section "Record" of Kafka's documentation of its message format.</remarks>
public sealed class RecordBatchReader : RecordCursor, IDisposable
{
    /// <summary>The bound on decompressed records unless another is given: 256 MiB.</summary>
    public const int DefaultMaxBytes = 256 << 20;

    private readonly BatchDecompressor _decompressor;
    private RecordBatchHeader _header;
    private ArraySegment<byte> _records = ArraySegment<byte>.Empty;
    private int _recordsAt;
    private int _next;
    private int _recordNumber;
    private int _offsetDelta;
    private long _timestampDelta;
    private Field _key;
    private Field _value;
    private int _headerCount;
    private int _firstHeader;
    private int _headersRead;
    private int _headerAt;
    private Field _headerName;
    private Field _headerValue;

    /// <summary>Makes a reader that is at no batch.</summary>
    /// <param name="maxBytes">The most bytes that the records of a batch may take when decompressed.</param>
    public RecordBatchReader(int maxBytes = DefaultMaxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        _decompressor = new BatchDecompressor(maxBytes);
    }

    /// <summary>The header of the batch: its offsets, its producer, and whether it is transactional or control.</summary>
    public RecordBatchHeader Header => _header;

    /// <inheritdoc />
    public override long Offset => _header.BaseOffset + _offsetDelta;

    /// <inheritdoc />
    public override long Timestamp =>
        _header.TimestampType == TimestampType.LogAppendTime ? _header.MaxTimestamp : unchecked(_header.BaseTimestamp + _timestampDelta);

    /// <inheritdoc />
    public override NullableSpan Key => Read(_key);

    /// <inheritdoc />
    public override NullableSpan Value => Read(_value);

    /// <inheritdoc />
    public override int HeaderCount => _headerCount;

    /// <inheritdoc />
    public override ReadOnlySpan<byte> HeaderName => Read(_headerName).Bytes;

    /// <inheritdoc />
    public override NullableSpan HeaderValue => Read(_headerValue);

    /// <summary>Goes to before the first record of a batch, and decompresses it if need be.</summary>
    /// <param name="batch">The batch, which must not change until the next is opened; what follows it does not matter.</param>
    /// <param name="verifyCrc">Whether to compare the checksum, which costs about as much as copying the batch.</param>
    /// <exception cref="WireFormatException">Header, checksum or compressed data are damaged; the reader is at no batch.</exception>
    public void Open(ReadOnlyMemory<byte> batch, bool verifyCrc = true)
    {
        _header = default;
        _records = ArraySegment<byte>.Empty;
        Leave();
        _next = 0;
        _recordNumber = 0;
        var header = RecordBatchHeader.Parse(batch.Span);
        if (verifyCrc)
        {
            header.VerifyCrc(batch.Span);
        }

        var packed = batch[RecordBatchHeader.Size..header.TotalBytes];
        if (!MemoryMarshal.TryGetArray(packed, out var records))
        {
            records = packed.ToArray();
        }

        // Compaction leaves an empty batch without any bytes, which no codec would write.
        var isPacked = header.Codec != BatchCodec.None && records.Count > 0;
        _records = isPacked ? _decompressor.Decompress(records, header) : records;
        _recordsAt = isPacked ? 0 : RecordBatchHeader.Size;
        _header = header;
        if (header.RecordCount > _records.Count / RecordBatchLayout.MinRecordSize)
        {
            _records = ArraySegment<byte>.Empty;
            _header = default;
            throw header.Damaged(
                $"it claims {header.RecordCount} records in {records.Count} bytes", RecordBatchLayout.RecordCount);
        }
    }

    /// <inheritdoc />
    /// <exception cref="WireFormatException">The next record is damaged, or bytes follow the last. In compressed records the position counts
    /// from the start of what they become.</exception>
    public override bool MoveNext()
    {
        ReadOnlySpan<byte> bytes = _records;
        if (_recordNumber == _header.RecordCount)
        {
            Leave();
            return _next == bytes.Length ? false : throw Damaged($"{bytes.Length - _next} bytes follow the last record", _next);
        }

        var at = _next;
        if (!Varint.TryRead(bytes, ref at, out var length) || length < RecordBatchLayout.MinRecordSize - 1 || length > bytes.Length - at)
        {
            throw DamagedRecord($"claims {length} of {bytes.Length - at} bytes left", at);
        }

        // From here nothing can be read beyond the record's end.
        bytes = bytes[..(at + length)];
        at++;
        if (!Varint.TryReadLong(bytes, ref at, out var timestampDelta))
        {
            throw DamagedRecord("has a timestamp that is no number", at);
        }

        var leastDelta = _recordNumber == 0 ? 0 : (long)_offsetDelta + 1;
        if (!Varint.TryRead(bytes, ref at, out var offsetDelta) || offsetDelta < leastDelta || offsetDelta > _header.LastOffsetDelta)
        {
            throw DamagedRecord($"has offset delta {offsetDelta} where {leastDelta} to {_header.LastOffsetDelta} can be", at);
        }

        var key = ReadField(bytes, ref at, "key", least: -1);
        var value = ReadField(bytes, ref at, "value", least: -1);
        if (!Varint.TryRead(bytes, ref at, out var headerCount) || headerCount < 0)
        {
            throw DamagedRecord($"claims {headerCount} headers", at);
        }

        _firstHeader = at;
        for (var i = 0; i < headerCount; i++)
        {
            ReadField(bytes, ref at, "header name", least: 0);
            ReadField(bytes, ref at, "header value", least: -1);
        }

        if (at != bytes.Length)
        {
            throw DamagedRecord($"ends {bytes.Length - at} bytes before its length", at);
        }

        _recordNumber++;
        _next = at;
        _timestampDelta = timestampDelta;
        _offsetDelta = offsetDelta;
        _key = key;
        _value = value;
        _headerCount = headerCount;
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

        ReadOnlySpan<byte> bytes = _records;
        _headerName = ReadField(bytes, ref _headerAt, "header name", least: 0);
        _headerValue = ReadField(bytes, ref _headerAt, "header value", least: -1);
        _headersRead++;
        return true;
    }

    /// <inheritdoc />
    public override void RestartHeaders()
    {
        _headersRead = 0;
        _headerAt = _firstHeader;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _header = default;
        _records = ArraySegment<byte>.Empty;
        _next = 0;
        _recordNumber = 0;
        Leave();
        _decompressor.Dispose();
    }

    /// <summary>Shows no record, so that nobody reads the last one again or another batch's bytes at its place.</summary>
    private void Leave()
    {
        _key = _value = _headerName = _headerValue = Field.Null;
        _headerCount = _headersRead = _offsetDelta = 0;
    }

    private NullableSpan Read(Field field) =>
        field.Length < 0 ? NullableSpan.Null : NullableSpan.Of(_records.AsSpan(field.At, field.Length));

    private Field ReadField(ReadOnlySpan<byte> bytes, ref int at, string name, int least)
    {
        if (!Varint.TryRead(bytes, ref at, out var length) || length < least || length > bytes.Length - at)
        {
            throw DamagedRecord($"has a {name} of {length} bytes where {bytes.Length - at} are left", at);
        }

        var field = new Field(at, length);
        at += Math.Max(0, length);
        return field;
    }

    private WireFormatException DamagedRecord(string problem, int at) =>
        Damaged($"its record {_recordNumber + 1} of {_header.RecordCount} {problem}", at);

    private WireFormatException Damaged(string problem, int at) => _header.Damaged(problem, _recordsAt + at);

    private readonly record struct Field(int At, int Length)
    {
        public static Field Null => new(0, -1);
    }
}
