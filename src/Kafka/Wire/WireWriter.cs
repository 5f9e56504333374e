using System.Buffers.Binary;
using System.Buffers;
using System.Text;

namespace KafkaBackup.Kafka.Wire;

/// <summary>Writes messages into one pooled buffer, which goes back to the pool when this is disposed.</summary>
internal sealed class WireWriter : WireCodec, IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(512);
    private int _length;

    /// <inheritdoc />
    public override bool IsReading => false;

    /// <summary>What was written so far; valid until the next write.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    /// <summary>Overwrites four bytes at the start: a frame's length, which is known last.</summary>
    public void SetFrameLength() => BinaryPrimitives.WriteInt32BigEndian(_buffer, _length - sizeof(int));

    /// <summary>A number outside of any structure.</summary>
    public void Raw(int value) => OnInt32(value, "");

    /// <summary>No tagged fields.</summary>
    public void NoTags() => Varint(0);

    /// <inheritdoc />
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    /// <inheritdoc />
    protected override bool OnBoolean(bool value, string field)
    {
        Next(1)[0] = value ? (byte)1 : (byte)0;
        return value;
    }

    /// <inheritdoc />
    protected override sbyte OnInt8(sbyte value, string field)
    {
        Next(1)[0] = (byte)value;
        return value;
    }

    /// <inheritdoc />
    protected override short OnInt16(short value, string field)
    {
        BinaryPrimitives.WriteInt16BigEndian(Next(2), value);
        return value;
    }

    /// <inheritdoc />
    protected override int OnInt32(int value, string field)
    {
        BinaryPrimitives.WriteInt32BigEndian(Next(4), value);
        return value;
    }

    /// <inheritdoc />
    protected override long OnInt64(long value, string field)
    {
        BinaryPrimitives.WriteInt64BigEndian(Next(8), value);
        return value;
    }

    /// <inheritdoc />
    protected override Guid OnUuid(Guid value, string field)
    {
        value.TryWriteBytes(Next(16), bigEndian: true, out _);
        return value;
    }

    /// <inheritdoc />
    protected override string? OnString(string? value, bool nullable, string field)
    {
        if (value is null && !nullable)
        {
            throw new ArgumentException($"{field} may not be null in version {Version}.", nameof(value));
        }

        var count = value is null ? -1 : Encoding.UTF8.GetByteCount(value);
        if (IsFlexible)
        {
            Varint((uint)(count + 1));
        }
        else
        {
            OnInt16(checked((short)count), field);
        }

        if (value is not null)
        {
            Encoding.UTF8.GetBytes(value, Next(count));
        }

        return value;
    }

    /// <inheritdoc />
    protected override ReadOnlyMemory<byte> OnBytes(ReadOnlyMemory<byte> value, string field)
    {
        OnCount(value.Length, nullable: false, field);
        value.Span.CopyTo(Next(value.Length));
        return value;
    }

    /// <inheritdoc />
    protected override RecordSet? OnRecords(RecordSet? value, string field)
    {
        var count = value?.Length ?? -1;
        if (IsFlexible)
        {
            Varint((uint)(count + 1));
        }
        else
        {
            OnInt32(count, field);
        }

        foreach (var part in value?.Parts ?? [])
        {
            part.Span.CopyTo(Next(part.Length));
        }

        return value;
    }

    /// <inheritdoc />
    protected override int OnCount(int count, bool nullable, string field)
    {
        if (count < 0 && !nullable)
        {
            throw new ArgumentException($"{field} may not be null in version {Version}.", nameof(count));
        }

        if (IsFlexible)
        {
            Varint((uint)(count + 1));
        }
        else
        {
            OnInt32(count, field);
        }

        return count;
    }

    /// <inheritdoc />
    protected override bool OnPresence(bool isThere, string field)
    {
        OnInt8(isThere ? (sbyte)1 : (sbyte)-1, field);
        return isThere;
    }

    /// <inheritdoc />
    protected override void OnTags(List<WireTag> tags, int first)
    {
        var set = tags.Skip(first).Where(tag => tag.IsSet).ToList();
        Varint((uint)set.Count);
        foreach (var tag in set)
        {
            Varint((uint)tag.Number);
            var start = _length;
            tag.Exchange();
            InsertLength(start);
        }
    }

    /// <summary>Moves what follows <paramref name="start"/> to make room for its length, which is known only now; such fields are small.</summary>
    private void InsertLength(int start)
    {
        var end = _length;
        Varint((uint)(end - start));
        Span<byte> prefix = stackalloc byte[5];
        var size = _length - end;
        _buffer.AsSpan(end, size).CopyTo(prefix);
        _buffer.AsSpan(start, end - start).CopyTo(_buffer.AsSpan(start + size));
        prefix[..size].CopyTo(_buffer.AsSpan(start));
    }

    private void Varint(uint value)
    {
        while (value >= 0x80)
        {
            Next(1)[0] = (byte)(value | 0x80);
            value >>= 7;
        }

        Next(1)[0] = (byte)value;
    }

    private Span<byte> Next(int count)
    {
        if (_buffer.Length - _length < count)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(_length + count), (int)Math.Min(_buffer.Length * 2L, Array.MaxLength)));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var span = _buffer.AsSpan(_length, count);
        _length += count;
        return span;
    }
}
