using System.Buffers.Binary;
using KafkaBackup.Shared.Kafka;
using Layout = KafkaBackup.Kafka.Wire.Records.RecordBatchLayout;

namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>Builds one batch after the other in its own buffers.</summary>
/// <remarks>Offsets may have holes, as in a compacted partition. Timestamps are stored as differences from the first record's.</remarks>
public sealed class RecordBatchWriter : IDisposable
{
    private readonly PooledBuffer _plain = new();
    private RecordBatchPacker? _packer;
    private RecordBatchOptions? _options;
    private int _lastDelta;
    private long _baseTimestamp;
    private long _maxTimestamp;

    /// <summary>How many records the batch has so far.</summary>
    public int RecordCount { get; private set; }

    /// <summary>How many bytes the batch has so far, header included and before compression.</summary>
    public int PlainBytes => _plain.Length;

    /// <summary>Starts a batch without records, and forgets the one before.</summary>
    public void Begin(RecordBatchOptions options)
    {
        if (options.BaseOffset < 0 || !Enum.IsDefined(options.Codec))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options, "The base offset is negative, or the codec is not known.");
        }

        _options = options;
        _plain.Clear();
        _plain.Free(Layout.Records);
        _plain.Advance(Layout.Records);
        RecordCount = 0;
        _lastDelta = -1;
        _baseTimestamp = -1;
        _maxTimestamp = -1;
    }

    /// <summary>Adds the record that a cursor is at, with all its headers.</summary>
    public void Append(RecordCursor record) => Append(record.Offset, record);

    /// <summary>Adds the record that a cursor is at, with all its headers, at another offset.</summary>
    /// <param name="offset">The offset, greater than the last one's.</param>
    /// <param name="record">The cursor.</param>
    public void Append(long offset, RecordCursor record)
    {
        var headerBytes = 0L;
        record.RestartHeaders();
        while (record.MoveNextHeader())
        {
            headerBytes += SizeOf(NullableSpan.Of(record.HeaderName)) + SizeOf(record.HeaderValue);
        }

        var target = AppendStart(offset, record.Timestamp, record.Key, record.Value, record.HeaderCount, headerBytes);
        record.RestartHeaders();
        while (record.MoveNextHeader())
        {
            target = WriteField(WriteField(target, NullableSpan.Of(record.HeaderName)), record.HeaderValue);
        }
    }

    /// <summary>Adds a record without headers.</summary>
    /// <param name="offset">Its offset, greater than the last one's.</param>
    /// <param name="timestamp">Its timestamp, ms since 1970.</param>
    /// <param name="key">Its key.</param>
    /// <param name="value">Its value.</param>
    public void Append(long offset, long timestamp, NullableSpan key, NullableSpan value) => AppendStart(offset, timestamp, key, value, 0, 0);

    /// <summary>Ends the batch: compresses the records, and writes header and checksum.</summary>
    /// <param name="lastOffset">The last offset of the batch, inclusive, when it is not the last record's. A batch without records needs it.</param>
    /// <returns>The batch, valid until the next one begins. It may be patched there.</returns>
    public Memory<byte> Finish(long? lastOffset = null) => Finish(_packer ??= new RecordBatchPacker(), lastOffset);

    /// <summary>The same, where writers share what compresses.</summary>
    internal Memory<byte> Finish(RecordBatchPacker packer, long? lastOffset = null)
    {
        var options = _options ?? throw new InvalidOperationException("No batch has begun.");
        var lastDelta = lastOffset is { } last ? last - options.BaseOffset : _lastDelta;
        if (lastDelta < Math.Max(0, _lastDelta) || lastDelta > int.MaxValue)
        {
            throw new ArgumentOutOfRangeException(
                nameof(lastOffset), lastOffset, "It lies before the last record or too far behind the first offset; without records it is needed.");
        }

        var codec = RecordCount == 0 ? BatchCodec.None : options.Codec;
        var batch = codec == BatchCodec.None ? _plain : packer.Pack(_plain, Layout.Records, options);
        WriteHeader(batch.Written, options, codec, (int)lastDelta);
        _options = null;
        return batch.Bytes.AsMemory(0, batch.Length);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _plain.Dispose();
        _packer?.Dispose();
        _options = null;
    }

    private void WriteHeader(Span<byte> batch, RecordBatchOptions options, BatchCodec codec, int lastDelta)
    {
        var attributes = (int)codec
            | (options.LogAppendTime is null ? 0 : Layout.TimestampTypeBit)
            | (options.IsTransactional ? Layout.TransactionalBit : 0)
            | (options.IsControl ? Layout.ControlBit : 0);
        RecordBatchPatch.SetPlace(batch, options.BaseOffset, options.LeaderEpoch);
        BinaryPrimitives.WriteInt32BigEndian(batch[Layout.BatchLength..], batch.Length - Layout.LengthStart);
        batch[Layout.Magic] = Layout.MagicValue;
        BinaryPrimitives.WriteInt16BigEndian(batch[Layout.Attributes..], (short)attributes);
        BinaryPrimitives.WriteInt32BigEndian(batch[Layout.LastOffsetDelta..], lastDelta);
        BinaryPrimitives.WriteInt64BigEndian(batch[Layout.BaseTimestamp..], _baseTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch[Layout.MaxTimestamp..], options.LogAppendTime ?? _maxTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch[Layout.ProducerId..], options.ProducerId);
        BinaryPrimitives.WriteInt16BigEndian(batch[Layout.ProducerEpoch..], options.ProducerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(batch[Layout.BaseSequence..], options.BaseSequence);
        BinaryPrimitives.WriteInt32BigEndian(batch[Layout.RecordCount..], RecordCount);
        RecordBatchPatch.SetCrc(batch);
    }

    /// <summary>Writes a record up to its headers.</summary>
    /// <returns>Where the headers go.</returns>
    private Span<byte> AppendStart(long offset, long timestamp, NullableSpan key, NullableSpan value, int headerCount, long headerBytes)
    {
        var options = _options ?? throw new InvalidOperationException("No batch has begun.");
        var offsetDelta = offset - options.BaseOffset;
        if (offsetDelta <= _lastDelta || offsetDelta > int.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, "The offset is not greater than the last one, or too far from the first.");
        }

        if (RecordCount == 0)
        {
            _baseTimestamp = timestamp;
        }

        // A difference of more than 63 bits wraps, and wraps back when it is read.
        var timestampDelta = unchecked(timestamp - _baseTimestamp);
        var length = checked((int)(1 + Varint.SizeOf(timestampDelta) + Varint.SizeOf(offsetDelta) + SizeOf(key) + SizeOf(value)
            + Varint.SizeOf(headerCount) + headerBytes));
        var total = checked(Varint.SizeOf(length) + length);
        var target = _plain.Free(total)[..total];
        _plain.Advance(total);
        target = target[Varint.Write(target, length)..];
        target[0] = 0; // No attribute of a record has a meaning yet.
        target = target[1..];
        target = target[Varint.Write(target, timestampDelta)..];
        target = target[Varint.Write(target, offsetDelta)..];
        target = WriteField(WriteField(target, key), value);
        target = target[Varint.Write(target, headerCount)..];

        RecordCount++;
        _lastDelta = (int)offsetDelta;
        _maxTimestamp = RecordCount == 1 ? timestamp : Math.Max(_maxTimestamp, timestamp);
        return target;
    }

    private static long SizeOf(NullableSpan field) => Varint.SizeOf(field.IsNull ? -1 : field.Bytes.Length) + (long)field.Bytes.Length;

    private static Span<byte> WriteField(Span<byte> target, NullableSpan field)
    {
        target = target[Varint.Write(target, field.IsNull ? -1 : field.Bytes.Length)..];
        field.Bytes.CopyTo(target);
        return target[field.Bytes.Length..];
    }
}
