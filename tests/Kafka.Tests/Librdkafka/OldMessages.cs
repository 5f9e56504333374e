using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

/// <summary>Messages of the formats 0 and 1, in which Kafka kept records before version 0.11, as they lie in a segment of its log.</summary>
internal static class OldMessages
{
    private const byte Gzip = 1;
    private const byte LogAppendTime = 8;

    /// <summary>A message of format 0, which has no timestamp.</summary>
    public static byte[] Version0(long offset, string? key, string? value, byte attributes = 0) =>
        Message(offset, 0, attributes, null, Bytes(key), Bytes(value));

    /// <summary>A message of format 1.</summary>
    public static byte[] Version1(long offset, long timestamp, string? key, string? value, byte attributes = 0) =>
        Message(offset, 1, attributes, timestamp, Bytes(key), Bytes(value));

    /// <summary>Messages of format 0, packed into one that has the offset of the last; within it they have their own.</summary>
    public static byte[] Packed0(long lastOffset, params byte[][] messages) => Message(lastOffset, 0, Gzip, null, null, Pack(messages));

    /// <summary>Messages of format 1, packed into one that has the offset of the last; within it they are counted from 0.</summary>
    public static byte[] Packed1(long lastOffset, long timestamp, bool isLogAppendTime, params byte[][] messages) =>
        Message(lastOffset, 1, (byte)(Gzip | (isLogAppendTime ? LogAppendTime : 0)), timestamp, null, Pack(messages));

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);

    private static byte[] Pack(byte[][] messages)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            foreach (var message in messages)
            {
                gzip.Write(message);
            }
        }

        return packed.ToArray();
    }

    private static byte[] Message(long offset, byte magic, byte attributes, long? timestamp, byte[]? key, byte[]? value)
    {
        using var checkedPart = new MemoryStream();
        checkedPart.Write([magic, attributes]);
        if (timestamp is { } time)
        {
            checkedPart.Write(Number(time));
        }

        WriteField(checkedPart, key);
        WriteField(checkedPart, value);
        var content = checkedPart.ToArray();
        return [.. Number(offset), .. Number(content.Length + 4), .. Number(unchecked((int)Crc32.HashToUInt32(content))), .. content];
    }

    private static void WriteField(MemoryStream target, byte[]? field)
    {
        target.Write(Number(field?.Length ?? -1));
        target.Write(field ?? []);
    }

    private static byte[] Number(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
