using System.Buffers.Binary;

namespace KafkaBackup.Shared.Segments;

/// <summary>The headers that a backup appends to a record, by OSO's names.</summary>
public static class OriginalHeaders
{
    /// <summary>The record's offset at the source: 8 bytes, little-endian.</summary>
    public const string Offset = "x-original-offset";

    /// <summary>The record's timestamp, ms since 1970: 8 bytes, little-endian.</summary>
    public const string Timestamp = "x-original-timestamp";

    /// <summary>The id of the source cluster.</summary>
    public const string Cluster = "x-source-cluster";

    /// <summary>The record's partition at the source: 4 bytes, little-endian. A restore appends it.</summary>
    public const string Partition = "x-source-partition";

    /// <summary>How many of the last headers of a record a backup has appended: by their place, names and values. A record that was restored and backed
    /// up again may have others of these names before them, which are its own.</summary>
    /// <param name="headers">All headers of the stored record.</param>
    /// <param name="offset">The record's offset.</param>
    /// <param name="timestamp">The record's timestamp.</param>
    public static int CountAppended(IReadOnlyList<KeyValuePair<string, byte[]?>> headers, long offset, long timestamp)
    {
        var end = headers.Count > 2 && headers[^1].Key == Cluster ? headers.Count - 1 : headers.Count;
        return end >= 2 && Is(headers[end - 2], Offset, offset) && Is(headers[end - 1], Timestamp, timestamp) ? headers.Count - end + 2 : 0;
    }

    /// <summary>What a header of this kind has as its value.</summary>
    public static byte[] Value(long number)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return bytes;
    }

    /// <summary>The value of <see cref="Partition"/>.</summary>
    public static byte[] Value(int partition)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, partition);
        return bytes;
    }

    private static bool Is(KeyValuePair<string, byte[]?> header, string name, long number) =>
        header.Key == name && header.Value is { Length: sizeof(long) } value && BinaryPrimitives.ReadInt64LittleEndian(value) == number;
}
