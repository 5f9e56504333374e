using System.Buffers.Binary;
using System.Text;

namespace KafkaBackup.Shared.Segments;

/// <summary>The headers that a backup appends to records, as they stand in a segment: only two numbers differ from record to record.</summary>
internal sealed class AppendedHeaders
{
    private readonly byte[] _bytes;
    private readonly int _offsetAt;
    private readonly int _timestampAt;

    /// <summary>The headers of one backup.</summary>
    /// <param name="cluster">The id of the source cluster; null: there is no header of it.</param>
    public AppendedHeaders(string? cluster)
    {
        var bytes = new List<byte>();
        _offsetAt = Add(bytes, OriginalHeaders.Offset, new byte[sizeof(long)]);
        _timestampAt = Add(bytes, OriginalHeaders.Timestamp, new byte[sizeof(long)]);
        if (cluster is not null)
        {
            Add(bytes, OriginalHeaders.Cluster, Encoding.UTF8.GetBytes(cluster));
        }

        (_bytes, Count) = ([.. bytes], cluster is null ? 2 : 3);
    }

    /// <summary>How many they are.</summary>
    public int Count { get; }

    /// <summary>How many bytes they take.</summary>
    public int Length => _bytes.Length;

    /// <summary>Those of a record, until the next is asked for.</summary>
    public ReadOnlySpan<byte> Of(long offset, long timestamp)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(_offsetAt), offset);
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(_timestampAt), timestamp);
        return _bytes;
    }

    /// <summary>Adds a header: the length of its name in 2 bytes, the name, the length of its value in 4, the value.</summary>
    /// <returns>Where its value is.</returns>
    private static int Add(List<byte> bytes, string name, byte[] value)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteUInt16LittleEndian(length, checked((ushort)name.Length));
        bytes.AddRange(length[..sizeof(ushort)]);
        bytes.AddRange(Encoding.UTF8.GetBytes(name));
        BinaryPrimitives.WriteInt32LittleEndian(length, value.Length);
        bytes.AddRange(length);
        bytes.AddRange(value);
        return bytes.Count - value.Length;
    }
}
