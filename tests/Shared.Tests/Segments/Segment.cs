using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Testing.Kafka;
using ZstdNet;

namespace KafkaBackup.Shared.Tests.Segments;

/// <summary>Makes, takes apart and reads the bytes of segments.</summary>
internal static class Segment
{
    public const string Key = "nightly/topics/orders/partition=3/segment-00000000000000000042-1-x.bin";

    public const int HeaderSize = 32;
    public const int FooterSize = 8;

    /// <summary>Uncompressed and without added headers: the body is then what the records alone make it.</summary>
    public static SegmentSettings Bare => new() { Codec = CompressionCodec.None, IncludeOffsetHeaders = false };

    public static SegmentSettings BareZstd => Bare with { Codec = CompressionCodec.Zstd };

    public static SegmentSettings BareLz4 => Bare with { Codec = CompressionCodec.Lz4 };

    public static SealedSegment Write(SegmentSettings settings, IEnumerable<TestRecord> records)
    {
        using var writer = new SegmentWriter(settings);
        return Write(writer, records);
    }

    public static SealedSegment Write(SegmentWriter writer, IEnumerable<TestRecord> records)
    {
        var cursor = TestRecords.Cursor(records);
        while (cursor.MoveNext())
        {
            writer.Append(cursor);
        }

        return writer.Seal();
    }

    public static byte[] Bytes(SegmentSettings settings, IEnumerable<TestRecord> records)
    {
        using var segment = Write(settings, records);
        return segment.Content.ToArray();
    }

    public static IReadOnlyList<TestRecord> Read(ReadOnlyMemory<byte> stored)
    {
        using var reader = new SegmentReader(stored, Key);
        return TestRecords.CopyAll(reader);
    }

    /// <summary>The object around a body, with a footer that is right.</summary>
    public static byte[] Around(byte[] body, long recordCount, CompressionCodec codec = CompressionCodec.None)
    {
        var bytes = new byte[HeaderSize + body.Length + FooterSize];
        "KBAK\u0001"u8.CopyTo(bytes);
        bytes[5] = (byte)codec;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), recordCount);
        body.CopyTo(bytes, HeaderSize);
        "BKAE"u8.CopyTo(bytes.AsSpan(bytes.Length - 4));
        return WithRightCrc(bytes);
    }

    public static byte[] WithRightCrc(byte[] bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - FooterSize), Crc32.HashToUInt32(bytes.AsSpan(0, bytes.Length - FooterSize)));
        return bytes;
    }

    public static byte[] BodyOf(byte[] bytes) => bytes[HeaderSize..^FooterSize];

    /// <summary>One zstd frame made by the streaming encoder, which does not know the content's size when it writes the frame's header.</summary>
    public static byte[] StreamedFrame(byte[] content, bool checksum = false)
    {
        var target = new MemoryStream();
        using var options = new CompressionOptions(
            null, new Dictionary<ZSTD_cParameter, int> { [ZSTD_cParameter.ZSTD_c_checksumFlag] = checksum ? 1 : 0 });
        using (var stream = new CompressionStream(target, options))
        {
            stream.Write(content);
        }

        return target.ToArray();
    }

    public static byte[] Decompressed(byte[] frames)
    {
        using var stream = new DecompressionStream(new MemoryStream(frames));
        var target = new MemoryStream();
        stream.CopyTo(target);
        return target.ToArray();
    }
}
