using System.Buffers;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Shared.Tests.Segments;

/// <content>Sealing, limits and memory.</content>
public sealed partial class SegmentWriterTests
{
    [Fact]
    public void Times_are_the_smallest_and_the_largest_and_not_the_first_and_the_last()
    {
        var records = new TestRecords().Add("", "", timestamp: 50).Add("", "", timestamp: 90).Add("", "", timestamp: -2).Add("", "", timestamp: 60);

        using var segment = Segment.Write(Bare, records);

        Assert.Equal((-2, 90), (segment.Info.MinTimestamp, segment.Info.MaxTimestamp));
    }

    [Fact]
    public void A_record_without_a_time_counts_only_where_none_has_one()
    {
        using var writer = new SegmentWriter(Bare);
        using var some = Segment.Write(writer, new TestRecords().Add("", "", timestamp: -1).Add("", "", timestamp: 50).Add("", "", timestamp: -1));
        using var none = Segment.Write(writer, new TestRecords().Add("", "", timestamp: -1).Add("", "", timestamp: -1));

        Assert.Equal((50, 50), (some.Info.MinTimestamp, some.Info.MaxTimestamp));
        Assert.Equal((-1, -1), (none.Info.MinTimestamp, none.Info.MaxTimestamp));
        Assert.Equal([-1, 50, -1], Segment.Read(some.Content.ToArray()).Select(record => record.Timestamp));
        var seen = SegmentInspector.Inspect(some.Content.ToArray(), Segment.Key)!;
        Assert.Equal((50, 50), (seen.MinTimestamp, seen.MaxTimestamp));
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
    [InlineData(CompressionCodec.Lz4)]
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
            Sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(segment.Content.ToArray())),
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
    [InlineData(CompressionCodec.Lz4)]
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

    [Theory]
    [InlineData(CompressionCodec.Zstd)]
    [InlineData(CompressionCodec.Lz4)]
    public void A_compressed_segment_never_stands_in_memory_uncompressed(CompressionCodec codec)
    {
        var settings = Bare with { Codec = codec };
        const int count = 64;
        var record = new TestRecord(0, 0, null, new byte[Block], []);
        Segment.Write(settings, [record]).Dispose();
        var before = GC.GetAllocatedBytesForCurrentThread();

        using var segment = Segment.Write(settings, Enumerable.Repeat(record, count));

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(count * (Block + 30L), segment.Info.UncompressedSize);
        Assert.InRange(segment.Content.Length, 0, Block / 2);
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
