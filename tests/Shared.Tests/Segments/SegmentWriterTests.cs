using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Shared.Tests.Segments;

public sealed class SegmentWriterTests
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
    public void The_checksum_covers_header_and_body_as_they_are_stored(CompressionCodec codec)
    {
        var bytes = Segment.Bytes(Bare with { Codec = codec }, new TestRecords().AddMany(100));

        Assert.Equal(Crc32.HashToUInt32(bytes.AsSpan(0, bytes.Length - 8)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(bytes.Length - 8)));
        Assert.Equal("BKAE"u8, bytes.AsSpan(bytes.Length - 4));
    }

    [Theory]
    [InlineData(CompressionCodec.None, 0)]
    [InlineData(CompressionCodec.Zstd, 1)]
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

    [Fact]
    public void Times_are_the_smallest_and_the_largest_and_not_the_first_and_the_last()
    {
        var records = new TestRecords().Add("", "", timestamp: 50).Add("", "", timestamp: 90).Add("", "", timestamp: -1).Add("", "", timestamp: 60);

        using var segment = Segment.Write(Bare, records);

        Assert.Equal((-1, 90), (segment.Info.MinTimestamp, segment.Info.MaxTimestamp));
    }

    [Fact]
    public void Times_of_one_segment_do_not_reach_into_the_next()
    {
        using var writer = new SegmentWriter(Bare);
        Segment.Write(writer, new TestRecords().Add("", "", timestamp: 1).Add("", "", timestamp: 1_000)).Dispose();

        using var second = Segment.Write(writer, new TestRecords().Add("", "", timestamp: 500));

        Assert.Equal((500, 500), (second.Info.MinTimestamp, second.Info.MaxTimestamp));
    }

    [Theory]
    [InlineData(CompressionCodec.None)]
    [InlineData(CompressionCodec.Zstd)]
    public void What_is_told_of_a_segment_is_what_it_holds(CompressionCodec codec)
    {
        var records = new TestRecords().Add("a", "1", offset: 100, timestamp: 7).Add("b", "2", offset: 140, timestamp: 8);

        using var segment = Segment.Write(Bare with { Codec = codec }, records);

        var expected = new SegmentInfo
        {
            Key = "",
            StartOffset = 100,
            EndOffset = 140,
            MinTimestamp = 7,
            MaxTimestamp = 8,
            RecordCount = 2,
            UncompressedSize = 2 * (30 + 2),
            CompressedSize = segment.Content.Length,
        };
        Assert.Equal(expected, segment.Info);
    }

    [Fact]
    public void An_uncompressed_object_is_forty_bytes_larger_than_its_body()
    {
        using var segment = Segment.Write(Bare, new TestRecords().AddMany(10));

        Assert.Equal(segment.Info.UncompressedSize + 40, segment.Info.CompressedSize);
    }

    [Fact]
    public void The_writer_tells_what_the_segment_at_hand_holds()
    {
        var records = TestRecords.Cursor(new TestRecords().Add("a", "1", offset: 8).Add("b", "2", offset: 11));
        using var writer = new SegmentWriter(Bare);

        while (records.MoveNext())
        {
            writer.Append(records);
        }

        Assert.Equal((2, 64, 11), (writer.RecordCount, writer.UncompressedSize, writer.EndOffset));
    }

    [Theory]
    [InlineData(CompressionCodec.None)]
    [InlineData(CompressionCodec.Zstd)]
    public void Segments_in_a_row_are_those_of_a_writer_of_their_own(CompressionCodec codec)
    {
        var settings = Bare with { Codec = codec };
        var first = new TestRecords().Add([1], Noise(Block + 5)).AddMany(20);
        var second = new TestRecords().Add("x", "y", offset: 900).AddMany(3);
        using var writer = new SegmentWriter(settings);

        using var sealedFirst = Segment.Write(writer, first);
        using var sealedSecond = Segment.Write(writer, second);

        Assert.Equal(Segment.Bytes(settings, first), sealedFirst.Content.ToArray());
        Assert.Equal(Segment.Bytes(settings, second), sealedSecond.Content.ToArray());
    }

    [Fact]
    public void A_sealed_segment_outlives_its_writer()
    {
        var records = new TestRecords().AddMany(5);
        var writer = new SegmentWriter(Bare);
        using var segment = Segment.Write(writer, records);

        writer.Dispose();

        Assert.Equal(Texts(records), Texts(Segment.Read(segment.Content.ToArray())));
    }

    [Fact]
    public void A_segment_without_records_is_refused()
    {
        using var writer = new SegmentWriter(Bare);

        Assert.Throws<InvalidOperationException>(writer.Seal);
    }

    [Fact]
    public void A_second_seal_has_nothing_to_seal()
    {
        using var writer = new SegmentWriter(Bare);
        Segment.Write(writer, new TestRecords().AddMany(1)).Dispose();

        Assert.Throws<InvalidOperationException>(writer.Seal);
    }

    [Fact]
    public void As_many_headers_as_fit_the_count_are_stored()
    {
        var records = new TestRecords().Add("", "", ManyHeaders(ushort.MaxValue));

        Assert.Equal(ushort.MaxValue, Segment.Read(Segment.Bytes(Bare, records)).Single().Headers.Count);
    }

    [Theory]
    [InlineData(false, null, 65_535)]
    [InlineData(true, null, 65_533)]
    [InlineData(true, "prod", 65_532)]
    public void More_headers_than_fit_the_count_are_refused_with_a_sentence(bool offsetHeaders, string? cluster, int most)
    {
        var settings = Bare with { IncludeOffsetHeaders = offsetHeaders, SourceClusterId = cluster };
        var records = new TestRecords().Add("", "", ManyHeaders(most + 1), offset: 77);

        var e = Assert.Throws<BackupException>(() => Segment.Write(settings, records));

        Assert.Equal(FailureKind.Source, e.Kind);
        Assert.Equal($"The record at offset 77 has {most + 1} headers; the segment format holds at most {most}.", e.Message);
    }

    [Fact]
    public void The_longest_header_name_that_fits_is_stored()
    {
        var header = new TestHeader(Noise(ushort.MaxValue), [1]);

        var read = Segment.Read(Segment.Bytes(Bare, new TestRecords().Add([], [], [header]))).Single();

        Assert.Equal(header.ToString(), read.Headers.Single().ToString());
    }

    [Fact]
    public void A_longer_header_name_is_refused_with_a_sentence()
    {
        var records = new TestRecords().Add([], [], [new TestHeader(new byte[ushort.MaxValue + 1], null)], offset: 78);

        var e = Assert.Throws<BackupException>(() => Segment.Write(Bare, records));

        Assert.Equal(FailureKind.Source, e.Kind);
        Assert.Equal("The record at offset 78 has a header name of 65536 bytes; the segment format holds at most 65535.", e.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_refused_record_leaves_nothing_behind(int before)
    {
        var good = new TestRecords().AddMany(before + 1);
        var bad = TestRecords.Cursor(new TestRecords().Add("", "", ManyHeaders(ushort.MaxValue + 1)));
        bad.MoveNext();
        using var writer = new SegmentWriter(Bare);
        var cursor = TestRecords.Cursor(good);
        for (var i = 0; i < before; i++)
        {
            cursor.MoveNext();
            writer.Append(cursor);
        }

        Assert.Throws<BackupException>(() => writer.Append(bad));

        cursor.MoveNext();
        writer.Append(cursor);
        using var segment = writer.Seal();
        Assert.Equal(Segment.Bytes(Bare, good), segment.Content.ToArray());
    }

    [Fact]
    public void Disposing_twice_gives_the_memory_back_once()
    {
        var writer = new SegmentWriter(Bare);
        writer.Dispose();
        writer.Dispose();

        var one = ArrayPool<byte>.Shared.Rent(Block);
        var other = ArrayPool<byte>.Shared.Rent(Block);

        Assert.NotSame(one, other);
    }

    [Fact]
    public void A_compressed_segment_never_stands_in_memory_uncompressed()
    {
        const int count = 64;
        var record = new TestRecord(0, 0, null, new byte[Block], []);
        Segment.Write(Segment.BareZstd, [record]).Dispose();
        var before = GC.GetAllocatedBytesForCurrentThread();

        using var segment = Segment.Write(Segment.BareZstd, Enumerable.Repeat(record, count));

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(count * (Block + 30L), segment.Info.UncompressedSize);
        Assert.InRange(segment.Content.Length, 0, Block / 8);
        Assert.InRange(allocated, 0, 8 * Block);
    }

    private static (string, string?)[] ManyHeaders(int count) => [.. Enumerable.Repeat(("h", (string?)null), count)];

    /// <summary>Bytes that do not compress.</summary>
    private static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    private static IEnumerable<string> Texts(IEnumerable<TestRecord> records) => records.Select(r => r.ToString());
}
