using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Shared.Tests.Segments;

public sealed partial class SegmentWriterTests
{
    private const int Block = 1 << 20;

    private static SegmentSettings Bare => Segment.Bare;

    private static TestRecords TwoRecords => new TestRecords()
        .Add("k", "v1", [("h", "x"), ("n", null)], offset: 42, timestamp: 1_700_000_000_000)
        .Add((byte[]?)null, null);

    [Fact]
    public void Two_records_give_the_documented_bytes() =>
        Assert.Equal(
            "4b42414b0100000002000000000000002a000000000000002b00000000000000"
            + "2c0000000068e5cf8b0100002a00000000000000010000006b0200000076310200010068010000007801006effffffff"
            + "1a0000000168e5cf8b0100002b00000000000000ffffffffffffffff0000"
            + "9630d133424b4145",
            Convert.ToHexStringLower(Segment.Bytes(Bare, TwoRecords)));

    [Fact]
    public void Offset_headers_follow_the_records_own_as_little_endian_numbers()
    {
        var record = new TestRecords().Add("k", "v", [("own", "1")], offset: 0x0102_0304_0506_0708, timestamp: 0x1112_1314_1516_1718);

        var body = Segment.BodyOf(Segment.Bytes(Bare with { IncludeOffsetHeaders = true }, record));

        const string afterKeyAndValue =
            "0300"
            + "0300" + "6f776e" + "01000000" + "31"
            + "1100" + "782d6f726967696e616c2d6f6666736574" + "08000000" + "0807060504030201"
            + "1400" + "782d6f726967696e616c2d74696d657374616d70" + "08000000" + "1817161514131211";
        Assert.EndsWith(afterKeyAndValue, Convert.ToHexStringLower(body), StringComparison.Ordinal);
        Assert.Equal(body.Length - 4, BinaryPrimitives.ReadInt32LittleEndian(body));
    }

    [Fact]
    public void The_source_cluster_is_the_last_of_the_offset_headers()
    {
        var settings = Bare with { IncludeOffsetHeaders = true, SourceClusterId = "größe" };

        var record = Segment.Read(Segment.Bytes(settings, new TestRecords().Add("k", "v", [("own", "1")]))).Single();

        Assert.Equal(
            [
                new TestHeader("own", "1").ToString(),
                "'" + Base64("x-original-offset") + "'='AAAAAAAAAAA='",
                "'" + Base64("x-original-timestamp") + "'='AGjlz4sBAAA='",
                new TestHeader("x-source-cluster", "größe").ToString(),
            ],
            record.Headers.Select(h => h.ToString()));
    }

    [Fact]
    public void The_source_cluster_is_left_out_with_the_offset_headers()
    {
        var settings = Bare with { SourceClusterId = "prod" };

        Assert.Empty(Segment.Read(Segment.Bytes(settings, new TestRecords().Add("k", "v"))).Single().Headers);
    }

    [Fact]
    public void Own_headers_with_the_names_of_offset_headers_are_kept_beside_the_added_ones()
    {
        var record = new TestRecords().Add("k", "v", [("x-original-offset", "mine")], offset: 7);

        var names = Segment.Read(Segment.Bytes(Bare with { IncludeOffsetHeaders = true }, record)).Single().Headers;

        Assert.Equal(new TestHeader("x-original-offset", "mine").ToString(), names[0].ToString());
        Assert.Equal("x-original-offset"u8, names[1].Name);
        Assert.Equal(3, names.Count);
    }

    [Theory]
    [InlineData(null, null, "ffffffff", "ffffffff")]
    [InlineData("", null, "00000000", "ffffffff")]
    [InlineData(null, "", "ffffffff", "00000000")]
    [InlineData("", "", "00000000", "00000000")]
    public void Null_and_empty_keys_and_values_are_told_apart(string? key, string? value, string keyLength, string valueLength)
    {
        var body = Segment.BodyOf(Segment.Bytes(Bare, new TestRecords().Add(key, value, offset: 0, timestamp: 0)));

        Assert.Equal("1a000000" + new string('0', 32) + keyLength + valueLength + "0000", Convert.ToHexStringLower(body));
    }

    [Fact]
    public void Null_and_empty_header_values_are_told_apart()
    {
        var body = Segment.BodyOf(Segment.Bytes(Bare, new TestRecords().Add("", "", [("a", null), ("b", "")])));

        Assert.EndsWith("0200" + "010061ffffffff" + "01006200000000", Convert.ToHexStringLower(body), StringComparison.Ordinal);
    }

    [Fact]
    public void Repeated_and_empty_header_names_are_kept_in_their_order()
    {
        var body = Segment.BodyOf(Segment.Bytes(Bare, new TestRecords().Add("", "", [("a", "1"), ("", ""), ("a", "2"), ("", null)])));

        Assert.EndsWith(
            "0400" + "0100610100000031" + "000000000000" + "0100610100000032" + "0000ffffffff",
            Convert.ToHexStringLower(body),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CompressionCodec.None, Block - 1)]
    [InlineData(CompressionCodec.None, Block)]
    [InlineData(CompressionCodec.None, Block + 1)]
    [InlineData(CompressionCodec.None, (3 * Block) + 17)]
    [InlineData(CompressionCodec.Zstd, Block - 1)]
    [InlineData(CompressionCodec.Zstd, Block)]
    [InlineData(CompressionCodec.Zstd, Block + 1)]
    [InlineData(CompressionCodec.Zstd, (3 * Block) + 17)]
    [InlineData(CompressionCodec.Lz4, Block - 1)]
    [InlineData(CompressionCodec.Lz4, Block)]
    [InlineData(CompressionCodec.Lz4, Block + 1)]
    [InlineData(CompressionCodec.Lz4, (3 * Block) + 17)]
    public void A_record_as_large_as_a_block_or_larger_stays_whole(CompressionCodec codec, int bodySize)
    {
        const int emptyRecord = 4 + 26;
        var value = Noise(bodySize - emptyRecord);
        var records = new TestRecords().Add([], value).Add("after", "it");

        using var segment = Segment.Write(Bare with { Codec = codec }, records);

        Assert.Equal(Texts(records), Texts(Segment.Read(segment.Content.ToArray())));
        Assert.Equal(bodySize + emptyRecord + "afterit".Length, segment.Info.UncompressedSize);
    }

    [Fact]
    public void Compressed_blocks_are_frames_that_follow_each_other()
    {
        var records = new TestRecords().Add([1], Noise(Block)).Add([2], Noise(Block)).Add([3], Noise(Block / 2));

        var zstd = Segment.Bytes(Segment.BareZstd, records);

        Assert.Equal(3, ZstdFrame.Split(Segment.BodyOf(zstd)).Count);
        Assert.Equal(Segment.BodyOf(Segment.Bytes(Bare, records)), Segment.Decompressed(Segment.BodyOf(zstd)));
    }

    [Theory]
    [InlineData(CompressionCodec.None)]
    [InlineData(CompressionCodec.Zstd)]
    [InlineData(CompressionCodec.Lz4)]
    public void The_checksum_covers_header_and_body_as_they_are_stored(CompressionCodec codec)
    {
        var bytes = Segment.Bytes(Bare with { Codec = codec }, new TestRecords().AddMany(100));

        Assert.Equal(Crc32.HashToUInt32(bytes.AsSpan(0, bytes.Length - 8)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(bytes.Length - 8)));
        Assert.Equal("BKAE"u8, bytes.AsSpan(bytes.Length - 4));
    }

    [Theory]
    [InlineData(CompressionCodec.None, 0)]
    [InlineData(CompressionCodec.Zstd, 1)]
    [InlineData(CompressionCodec.Lz4, 2)]
    public void The_header_names_codec_count_and_both_offsets(CompressionCodec codec, byte codecByte)
    {
        var records = new TestRecords().Add("a", "1", offset: 5_000_000_000).Add("b", "2", offset: 5_000_000_007).Add("c", "3");

        var bytes = Segment.Bytes(Bare with { Codec = codec }, records);

        Assert.Equal([.. "KBAK"u8, 1, codecByte, 0, 0], bytes[..8]);
        Assert.Equal(3, BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8)));
        Assert.Equal(5_000_000_000, BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(16)));
        Assert.Equal(5_000_000_008, BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(24)));
    }

    [Fact]
    public void A_segment_is_full_once_its_body_reaches_the_limit()
    {
        var records = TestRecords.Cursor(new TestRecords().Add("", "").Add("", "").Add("", ""));
        using var writer = new SegmentWriter(Bare with { MaxBytes = 60 });

        var full = new List<bool> { writer.IsFull };
        while (records.MoveNext())
        {
            writer.Append(records);
            full.Add(writer.IsFull);
        }

        Assert.Equal([false, false, true, true], full);
    }

    [Fact]
    public void A_segment_is_full_once_it_has_as_many_records_as_allowed()
    {
        var records = TestRecords.Cursor(new TestRecords().AddMany(3));
        using var writer = new SegmentWriter(Bare with { MaxRecords = 2 });

        var full = new List<bool> { writer.IsFull };
        while (records.MoveNext())
        {
            writer.Append(records);
            full.Add(writer.IsFull);
        }

        Assert.Equal([false, false, true, true], full);
    }

    [Fact]
    public void The_size_limit_is_that_of_the_body_before_compression()
    {
        var record = TestRecords.Cursor(new TestRecords().Add([], new byte[100_000]));
        using var writer = new SegmentWriter(Segment.BareZstd with { MaxBytes = 100_000 });
        record.MoveNext();

        writer.Append(record);

        Assert.True(writer.IsFull);
        using var segment = writer.Seal();
        Assert.True(segment.Info.CompressedSize < 1_000);
    }

    [Fact]
    public void The_next_segment_is_not_full()
    {
        using var writer = new SegmentWriter(Bare with { MaxRecords = 2, MaxBytes = 80 });

        Segment.Write(writer, new TestRecords().AddMany(5)).Dispose();

        Assert.False(writer.IsFull);
        Assert.Equal(0, writer.RecordCount);
        Assert.Equal(0, writer.UncompressedSize);
    }
}
