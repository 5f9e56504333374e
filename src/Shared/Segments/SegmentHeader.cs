using System.Buffers.Binary;

namespace KafkaBackup.Shared.Segments;

/// <summary>What the first bytes of a KBAK segment say of it. Nothing is checked against the records.</summary>
/// <param name="RecordCount">Number of records, at least one.</param>
/// <param name="StartOffset">Offset of the first record.</param>
/// <param name="EndOffset">Offset of the last record, inclusive.</param>
internal readonly record struct SegmentHeader(long RecordCount, long StartOffset, long EndOffset)
{
    /// <summary>How many bytes from the start of an object <see cref="Read"/> needs.</summary>
    public const int Size = SegmentFormat.HeaderSize;

    /// <summary>Reads a header, or null when these bytes are none of a segment with records.</summary>
    public static SegmentHeader? Read(ReadOnlySpan<byte> start)
    {
        if (start.Length < Size || !start.StartsWith(SegmentFormat.Magic) || start[4] != SegmentFormat.Version)
        {
            return null;
        }

        var header = new SegmentHeader(
            BinaryPrimitives.ReadInt64LittleEndian(start[8..]), BinaryPrimitives.ReadInt64LittleEndian(start[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(start[24..]));
        return header is { RecordCount: > 0, StartOffset: >= 0, EndOffset: < long.MaxValue } && header.EndOffset >= header.StartOffset
            ? header
            : null;
    }
}
