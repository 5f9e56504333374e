using System.Buffers.Binary;
using System.Text;
using KafkaBackup.Kafka.Wire.Records;

namespace KafkaBackup.Kafka.Wire;

/// <summary>Reads messages from a frame that anybody may have sent: a fault is a <see cref="WireFormatException"/>, whatever the bytes say.</summary>
internal sealed class WireReader(ReadOnlyMemory<byte> frame) : WireCodec
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private int _end = frame.Length;

    /// <inheritdoc />
    public override bool IsReading => true;

    /// <summary>How far the frame is read.</summary>
    public int Position { get; private set; }

    /// <summary>How many bytes are left.</summary>
    public int Remaining => _end - Position;

    /// <summary>Checks that nothing is left over.</summary>
    public void ExpectEnd(string what)
    {
        if (Remaining > 0)
        {
            throw Fault(what, $"{Remaining} bytes are left over");
        }
    }

    /// <summary>Skips tagged fields whose meaning is of no interest.</summary>
    public void SkipTags() => OnTags([], 0);

    /// <inheritdoc />
    protected override bool OnBoolean(bool value, string field) => Take(1, field)[0] != 0;

    /// <inheritdoc />
    protected override sbyte OnInt8(sbyte value, string field) => (sbyte)Take(1, field)[0];

    /// <inheritdoc />
    protected override short OnInt16(short value, string field) => BinaryPrimitives.ReadInt16BigEndian(Take(2, field));

    /// <inheritdoc />
    protected override int OnInt32(int value, string field) => BinaryPrimitives.ReadInt32BigEndian(Take(4, field));

    /// <inheritdoc />
    protected override long OnInt64(long value, string field) => BinaryPrimitives.ReadInt64BigEndian(Take(8, field));

    /// <inheritdoc />
    protected override Guid OnUuid(Guid value, string field) => new(Take(16, field), bigEndian: true);

    /// <inheritdoc />
    protected override string? OnString(string? value, bool nullable, string field)
    {
        var length = IsFlexible ? CompactLength(field) : OnInt16(0, field);
        if (length < 0)
        {
            return nullable && length == -1 ? null : throw Fault(field, $"its length is {length}");
        }

        var start = Position;
        try
        {
            return StrictUtf8.GetString(Take(length, field));
        }
        catch (DecoderFallbackException)
        {
            throw new WireFormatException($"The field {field}", "it is not UTF-8", start);
        }
    }

    /// <inheritdoc />
    protected override ReadOnlyMemory<byte> OnBytes(ReadOnlyMemory<byte> value, string field)
    {
        var length = OnCount(0, nullable: false, field);
        var start = Position;
        Take(length, field);
        return frame.Slice(start, length);
    }

    /// <inheritdoc />
    protected override RecordSet? OnRecords(RecordSet? value, string field)
    {
        var length = IsFlexible ? CompactLength(field) : OnInt32(0, field);
        if (length < 0)
        {
            return length == -1 ? null : throw Fault(field, $"its length is {length}");
        }

        var start = Position;
        Take(length, field);
        return new RecordSet([frame.Slice(start, length)]);
    }

    /// <inheritdoc />
    protected override int OnCount(int count, bool nullable, string field)
    {
        var items = IsFlexible ? CompactLength(field) : OnInt32(0, field);
        if (items < -1 || (items == -1 && !nullable))
        {
            throw Fault(field, $"its number of items is {items}");
        }

        // Every item takes a byte at least.
        return items <= Remaining ? items : throw Fault(field, $"{items} items cannot fit into {Remaining} bytes");
    }

    /// <inheritdoc />
    protected override bool OnPresence(bool isThere, string field) => OnInt8(0, field) switch
    {
        -1 => false,
        1 => true,
        var other => throw Fault(field, $"{other} says neither present nor absent"),
    };

    /// <inheritdoc />
    protected override void OnTags(List<WireTag> tags, int first)
    {
        const string Field = "tagged fields";
        var count = Varint(Field);
        var last = -1L;
        for (var i = 0u; i < count; i++)
        {
            var number = Varint(Field);
            if (number <= last)
            {
                throw Fault(Field, $"tag {number} follows {last}");
            }

            last = number;
            var size = Varint(Field);
            if (size > Remaining)
            {
                throw Fault(Field, $"{size} bytes of tag {number} cannot fit into {Remaining}");
            }

            ReadTag(number, (int)size, tags, first);
        }
    }

    private void ReadTag(uint number, int size, List<WireTag> tags, int first)
    {
        var end = Position + size;
        var index = tags.FindIndex(first, tag => tag.Number == number);
        if (index < 0)
        {
            Position = end;
            return;
        }

        var outer = _end;
        _end = end;
        tags[index].Exchange();
        ExpectEnd($"tag {number}");
        _end = outer;
    }

    /// <summary>The length in front of a compact field, -1 for null: the protocol sends it plus one.</summary>
    private int CompactLength(string field)
    {
        var value = Varint(field);
        return value <= int.MaxValue ? (int)value - 1 : throw Fault(field, $"its length is {value - 1L}");
    }

    private uint Varint(string field)
    {
        var value = 0u;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var next = Take(1, field)[0];
            if (shift == 28 && next > 0x0F)
            {
                break;
            }

            value |= (uint)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Fault(field, "a varint has more than 32 bits");
    }

    private ReadOnlySpan<byte> Take(int count, string field)
    {
        if (count > Remaining)
        {
            throw Fault(field, $"{count} bytes are needed and {Remaining} are left");
        }

        var span = frame.Span.Slice(Position, count);
        Position += count;
        return span;
    }

    private WireFormatException Fault(string field, string problem) => new($"The field {field}", problem, Position);
}
