using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Shared.Segments;

/// <summary>Encodes records into KBAK segments, one after another, compressing block by block as they arrive.</summary>
/// <remarks>An uncompressed segment never exists: a few blocks of it do. Not thread-safe.</remarks>
public sealed class SegmentWriter : IDisposable
{
    private readonly SegmentSettings _settings;
    private readonly BodyEncoder _encoder;
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _block = ChunkPool.Rent();
    private readonly AppendedHeaders? _appended;
    private ChunkedBuffer _body = new();
    private int _inBlock;
    private long _start;
    private long _end;
    private RecordTimes _times = new();

    /// <summary>A writer for the given settings.</summary>
    public SegmentWriter(SegmentSettings settings)
    {
        _settings = settings;
        _encoder = BodyEncoder.For(settings);
        _appended = settings.IncludeOffsetHeaders ? new AppendedHeaders(settings.SourceClusterId) : null;
    }

    /// <summary>Records in the segment at hand.</summary>
    public long RecordCount { get; private set; }

    /// <summary>Uncompressed body bytes of the segment at hand.</summary>
    public long UncompressedSize { get; private set; }

    /// <summary>Offset of the last record in the segment at hand.</summary>
    public long EndOffset => _end;

    /// <summary>Whether size or count say that the segment at hand is to be sealed.</summary>
    public bool IsFull => UncompressedSize >= _settings.MaxBytes || RecordCount >= _settings.MaxRecords;

    /// <summary>Appends the cursor's current record.</summary>
    /// <exception cref="BackupException">The record cannot be stored in this format without loss.</exception>
    public void Append(RecordCursor record)
    {
        var length = RecordLength(record);
        if (RecordCount == 0)
        {
            Span<byte> reserved = stackalloc byte[SegmentFormat.HeaderSize];
            reserved.Clear();
            _body.Write(reserved);
            _encoder.Begin(_body);
            _start = record.Offset;
            _times = new RecordTimes();
        }

        WriteRecord(record, length);
        _end = record.Offset;
        _times.Add(record.Timestamp);
        RecordCount++;
    }

    /// <summary>Finishes the segment at hand and starts the next.</summary>
    /// <exception cref="InvalidOperationException">It holds no record.</exception>
    public SealedSegment Seal()
    {
        if (RecordCount == 0)
        {
            throw new InvalidOperationException("A segment without records is not stored.");
        }

        FlushBlock();
        _encoder.End(_body, UncompressedSize);
        var header = _body.First[..SegmentFormat.HeaderSize];
        SegmentFormat.Magic.CopyTo(header);
        header[4] = SegmentFormat.Version;
        header[5] = (byte)_settings.Codec;
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], RecordCount);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], _start);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], _end);

        var crc = new Crc32();
        foreach (var chunk in _body.AsSequence())
        {
            crc.Append(chunk.Span);
            _sha256.AppendData(chunk.Span);
        }

        Span<byte> footer = stackalloc byte[SegmentFormat.FooterSize];
        BinaryPrimitives.WriteUInt32LittleEndian(footer, crc.GetCurrentHashAsUInt32());
        SegmentFormat.EndMagic.CopyTo(footer[4..]);
        _body.Write(footer);
        _sha256.AppendData(footer);

        var done = new SealedSegment(
            new SegmentInfo
            {
                Key = "",
                StartOffset = _start,
                EndOffset = _end,
                MinTimestamp = _times.Least,
                MaxTimestamp = _times.Greatest,
                RecordCount = RecordCount,
                UncompressedSize = UncompressedSize,
                CompressedSize = _body.Length,
                Sha256 = Convert.ToHexStringLower(_sha256.GetHashAndReset()),
            },
            _body);
        _body = new ChunkedBuffer();
        RecordCount = 0;
        UncompressedSize = 0;
        return done;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _encoder.Dispose(); // First: blocks of the body may be on their way.
        _body.Dispose();
        _sha256.Dispose();
        if (_block.Length > 0)
        {
            ChunkPool.Return(_block);
        }

        _block = [];
    }

    private void WriteRecord(RecordCursor record, uint length)
    {
        var key = record.Key;
        var headers = record.HeaderCount;
        Span<byte> head = stackalloc byte[sizeof(uint) + sizeof(long) + sizeof(long) + sizeof(int)];
        BinaryPrimitives.WriteUInt32LittleEndian(head, length);
        BinaryPrimitives.WriteInt64LittleEndian(head[4..], record.Timestamp);
        BinaryPrimitives.WriteInt64LittleEndian(head[12..], record.Offset);
        BinaryPrimitives.WriteInt32LittleEndian(head[20..], key.IsNull ? -1 : key.Bytes.Length);
        Write(head);
        Write(key.Bytes);
        WriteField(record.Value);
        WriteUInt16((ushort)(headers + (_appended?.Count ?? 0)));
        if (headers > 0)
        {
            record.RestartHeaders();
            while (record.MoveNextHeader())
            {
                WriteHeader(record.HeaderName, record.HeaderValue);
            }
        }

        if (_appended is not null)
        {
            Write(_appended.Of(record.Offset, record.Timestamp));
        }
    }

    /// <summary>The bytes of a record after its length field, which stands in front of them. Refuses what the format cannot hold, so it
    /// comes before anything is written: a refused record must leave the segment at hand as it was.</summary>
    private uint RecordLength(RecordCursor record)
    {
        var added = _appended?.Count ?? 0;
        if (record.HeaderCount + added > ushort.MaxValue)
        {
            throw new BackupException(FailureKind.Source,
                $"The record at offset {record.Offset} has {record.HeaderCount} headers; the segment format holds at most {ushort.MaxValue - added}.");
        }

        var length = SegmentFormat.MinRecordLength + (long)record.Key.Bytes.Length + record.Value.Bytes.Length + (_appended?.Length ?? 0);
        if (record.HeaderCount == 0)
        {
            return checked((uint)length);
        }

        record.RestartHeaders();
        while (record.MoveNextHeader())
        {
            if (record.HeaderName.Length > ushort.MaxValue)
            {
                throw new BackupException(FailureKind.Source,
                    $"The record at offset {record.Offset} has a header name of {record.HeaderName.Length} bytes; the segment format holds at most {ushort.MaxValue}.");
            }

            length += sizeof(ushort) + record.HeaderName.Length + sizeof(int) + record.HeaderValue.Bytes.Length;
        }

        return checked((uint)length);
    }

    private void WriteHeader(ReadOnlySpan<byte> name, NullableSpan value)
    {
        WriteUInt16((ushort)name.Length);
        Write(name);
        WriteField(value);
    }

    private void WriteField(NullableSpan field)
    {
        WriteInt32(field.IsNull ? -1 : field.Bytes.Length);
        Write(field.Bytes);
    }

    private void WriteUInt16(ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        Write(bytes);
    }

    private void WriteInt32(int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        Write(bytes);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        UncompressedSize += bytes.Length;
        while (bytes.Length > 0)
        {
            if (_inBlock == ChunkedBuffer.ChunkSize)
            {
                FlushBlock();
            }

            var taken = Math.Min(bytes.Length, ChunkedBuffer.ChunkSize - _inBlock);
            bytes[..taken].CopyTo(_block.AsSpan(_inBlock));
            _inBlock += taken;
            bytes = bytes[taken..];
        }
    }

    private void FlushBlock()
    {
        if (_inBlock > 0)
        {
            var block = _block;
            _block = []; // It is the encoder's, also when that fails.
            _block = _encoder.Write(block, _inBlock, _body);
            _inBlock = 0;
        }
    }
}
