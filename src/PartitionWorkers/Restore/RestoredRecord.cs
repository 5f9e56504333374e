using System.Buffers.Binary;
using System.Text;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Segments;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>A stored record as it is to be restored, seen where it lies: without the headers that the backup appended, without what filters take, with what tells of its origin.</summary>
/// <remarks>One is enough for all records of a partition, one after the other. It is valid until the cursor below it is moved, and is not to be moved itself.</remarks>
internal sealed class RestoredRecord : RecordCursor
{
    private static readonly byte[][] OriginNames =
    [
        Encoding.UTF8.GetBytes(OriginalHeaders.Offset), Encoding.UTF8.GetBytes(OriginalHeaders.Timestamp), Encoding.UTF8.GetBytes(OriginalHeaders.Partition),
    ];

    private readonly byte[][] _originValues = [new byte[sizeof(long)], new byte[sizeof(long)], new byte[sizeof(int)]];
    private RecordCursor _stored = new RecordCopy(0, 0, null, null);
    private int _own;
    private int _origin;
    private int _header;
    private bool _isTombstone;
    private long? _size;

    /// <inheritdoc />
    public override long Offset => _stored.Offset;

    /// <inheritdoc />
    public override long Timestamp => _stored.Timestamp;

    /// <inheritdoc />
    public override NullableSpan Key => _stored.Key;

    /// <inheritdoc />
    public override NullableSpan Value => _isTombstone ? NullableSpan.Null : _stored.Value;

    /// <inheritdoc />
    public override int HeaderCount => _own + _origin;

    /// <inheritdoc />
    public override ReadOnlySpan<byte> HeaderName => _header <= _own ? _stored.HeaderName : OriginNames[_header - _own - 1];

    /// <inheritdoc />
    public override NullableSpan HeaderValue => _header <= _own ? _stored.HeaderValue : NullableSpan.Of(_originValues[_header - _own - 1]);

    /// <inheritdoc />
    public override long Size => _size ??= base.Size; // Several ask.

    /// <summary>Takes the record that <paramref name="stored"/> is at, as it was before the backup.</summary>
    public void Take(RecordCursor stored)
    {
        (_stored, _isTombstone, _origin, _header, _size) = (stored, false, 0, 0, null);
        _own = stored.HeaderCount - OriginalHeaders.CountAppended(stored);
        stored.RestartHeaders();
    }

    /// <summary>Takes value and headers away.</summary>
    public void MakeTombstone() => (_isTombstone, _own, _header, _size) = (true, 0, 0, null);

    /// <summary>Appends headers that tell where the record was.</summary>
    /// <param name="source">The partition that it comes from.</param>
    public void AddOrigin(PartitionId source)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_originValues[0], Offset);
        BinaryPrimitives.WriteInt64LittleEndian(_originValues[1], Timestamp);
        BinaryPrimitives.WriteInt32LittleEndian(_originValues[2], source.Number);
        (_origin, _size) = (OriginNames.Length, null);
    }

    /// <inheritdoc />
    /// <exception cref="NotSupportedException">Always.</exception>
    public override bool MoveNext() => throw new NotSupportedException("Whoever reads the segment moves on.");

    /// <inheritdoc />
    public override bool MoveNextHeader()
    {
        if (_header == HeaderCount)
        {
            return false;
        }

        _header++;
        return _header > _own || _stored.MoveNextHeader();
    }

    /// <inheritdoc />
    public override void RestartHeaders()
    {
        _header = 0;
        _stored.RestartHeaders();
    }
}
