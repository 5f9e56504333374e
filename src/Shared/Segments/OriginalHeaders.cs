using System.Buffers.Binary;
using System.Text;
using KafkaBackup.Shared.Kafka;

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

    private static readonly byte[] OffsetName = Encoding.UTF8.GetBytes(Offset), TimestampName = Encoding.UTF8.GetBytes(Timestamp), ClusterName = Encoding.UTF8.GetBytes(Cluster);

    /// <summary>How many of the last headers of a record a backup has appended: by their place, names and values. A record that was restored and backed
    /// up again may have others of these names before them, which are its own.</summary>
    /// <param name="record">At the stored record; afterwards it is behind its headers.</param>
    public static int CountAppended(RecordCursor record)
    {
        var (third, second, last) = (Kind.Other, Kind.Other, Kind.Other);
        record.RestartHeaders();
        while (record.MoveNextHeader())
        {
            (third, second, last) = (second, last, KindOf(record));
        }

        return (third, second, last) switch
        {
            (_, Kind.Offset, Kind.Timestamp) => 2,
            (Kind.Offset, Kind.Timestamp, Kind.Cluster) => 3,
            _ => 0,
        };
    }

    private static Kind KindOf(RecordCursor record)
    {
        var name = record.HeaderName;
        return name.SequenceEqual(OffsetName) && Is(record.HeaderValue, record.Offset) ? Kind.Offset
            : name.SequenceEqual(TimestampName) && Is(record.HeaderValue, record.Timestamp) ? Kind.Timestamp
            : name.SequenceEqual(ClusterName) ? Kind.Cluster
            : Kind.Other;
    }

    private static bool Is(NullableSpan value, long number) => value.Bytes.Length == sizeof(long) && BinaryPrimitives.ReadInt64LittleEndian(value.Bytes) == number;

    private enum Kind
    {
        Other,
        Offset,
        Timestamp,
        Cluster,
    }
}
