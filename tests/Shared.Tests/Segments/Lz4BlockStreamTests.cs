using CsCheck;
using K4os.Compression.LZ4;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Shared.Tests.Segments;

/// <summary>LZ4 blocks of any origin, read in pieces and without trust.</summary>
public sealed class Lz4BlockStreamTests
{
    private const string TwoRecords =
        "4b42414b0102000002000000000000002a000000000000002b00000000000000" + "4e000000f03f"
        + "2c0000000068e5cf8b0100002a00000000000000010000006b0200000076310200010068010000007801006effffffff"
        + "1a0000000168e5cf8b0100002b00000000000000ffffffffffffffff0000"
        + "55119fe7424b4145";

    [Fact]
    public void The_documented_bytes_are_two_records()
    {
        var expected = new TestRecords()
            .Add("k", "v1", [("h", "x"), ("n", null)], offset: 42, timestamp: 1_700_000_000_000)
            .Add((byte[]?)null, null);

        Assert.Equal(expected.Select(r => r.ToString()), Segment.Read(Convert.FromHexString(TwoRecords)).Select(r => r.ToString()));
    }

    [Fact]
    public void Whatever_the_library_makes_is_read_in_pieces_of_any_length() =>
        Gen.Select(
            Gen.OneOf(Gen.Byte[97, 98], Gen.Byte).Array[1, 50].Array[1, 60],
            Gen.OneOf(LZ4Level.L00_FAST, LZ4Level.L03_HC, LZ4Level.L12_MAX),
            Gen.Int[1, 600]).Sample(
            (pieces, level, length) =>
            {
                // Pieces that come again, near and far.
                var content = pieces.Concat(pieces.Reverse()).SelectMany(piece => piece).ToArray();
                return content.AsSpan().SequenceEqual(Lz4Block.Streamed(Lz4Block.WithLength(content, level), length));
            },
            iter: 1_000);

    [Theory]
    [InlineData(65_534)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(70_000)]
    public void Matches_reach_as_far_back_as_the_format_lets_them(int distance)
    {
        var period = Noise(distance);
        byte[] content = [.. Enumerable.Repeat(period, 12).SelectMany(p => p), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        var body = Lz4Block.WithLength(content, LZ4Level.L12_MAX);

        Assert.Equal(distance <= 65_535, body.Length < content.Length / 2);
        Assert.True(content.AsSpan().SequenceEqual(Lz4Block.Streamed(body)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(40_000)]
    public void A_long_match_repeats_what_it_makes(int distance)
    {
        var period = Noise(distance);
        byte[] content = [.. Enumerable.Repeat(period, (3_000_000 / distance) + 1).SelectMany(p => p)];

        Assert.True(content.AsSpan().SequenceEqual(Lz4Block.Streamed(Lz4Block.WithLength(content), 100_000)));
    }

    [Fact]
    public void A_body_that_grows_two_hundredfold_is_read_to_its_end()
    {
        var records = new TestRecords().Add([1], new byte[30_000_000]).Add([2], new byte[3_000_000]).Add("last", "one");
        var bytes = Segment.Bytes(Segment.BareLz4, records);

        Assert.InRange(bytes.Length, 0, 140_000);
        Assert.Equal(3, Count(bytes));
    }

    [Fact]
    public void Nothing_is_read_from_a_segment_without_records() =>
        Assert.Empty(Segment.Read(Segment.Around([], 0, CompressionCodec.Lz4)));

    [Theory]
    [InlineData("", "an LZ4 block ends before it is complete")]
    [InlineData("0a0000", "an LZ4 block ends before it is complete")]
    [InlineData("0a000000", "an LZ4 block ends before it is complete")]
    [InlineData("00000000", "an LZ4 block ends before it is complete")]
    [InlineData("0a000000" + "f0", "an LZ4 block ends before it is complete")]
    [InlineData("0a000000" + "f0ffff", "an LZ4 block ends before it is complete")]
    [InlineData("0a000000" + "3001", "an LZ4 block ends before it is complete")]
    [InlineData("0a000000" + "100101", "an LZ4 block ends before it is complete")]
    [InlineData("0a000000" + "1f010100", "an LZ4 block ends before it is complete")]
    [InlineData("05000000" + "10010100", "an LZ4 block ends before it is complete")]
    [InlineData("0a000000" + "10010000", "an LZ4 match reaches back 0 bytes where there are 1")]
    [InlineData("0a000000" + "10010200", "an LZ4 match reaches back 2 bytes where there are 1")]
    [InlineData("0a000000" + "000100", "an LZ4 match reaches back 1 bytes where there are 0")]
    [InlineData("0a000000" + "10010100" + "1002", "an LZ4 block of 6 bytes claims 10")]
    [InlineData("ffffffff" + "10010100" + "1002", "an LZ4 block of 6 bytes claims 4294967295")]
    [InlineData("05000000" + "10010100" + "1002", "an LZ4 block holds more than the 5 bytes that it claims")]
    [InlineData("00000000" + "1001", "an LZ4 block holds more than the 0 bytes that it claims")]
    [InlineData("0a000000" + "1f010100ffffff00", "an LZ4 block holds more than the 10 bytes that it claims")]
    public void A_block_that_cannot_be_is_damage(string body, string because)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        var e = Assert.Throws<StorageException>(() => Segment.Read(Segment.Around(Convert.FromHexString(body), 1, CompressionCodec.Lz4)));

        Assert.Equal($"{Segment.Key} is damaged: its body cannot be decompressed ({because}).", e.Message);
        Assert.IsType<InvalidDataException>(e.InnerException);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_body_that_ends_before_its_records_do_is_damage()
    {
        var e = Assert.Throws<StorageException>(() => Segment.Read(Segment.Around(Lz4Block.WithLength([30, 0, 0, 0, 1]), 1, CompressionCodec.Lz4)));

        Assert.Equal($"{Segment.Key} is damaged: its body ends in record 1 of the 1 that its header promises.", e.Message);
    }

    [Fact]
    public void A_stream_holds_no_memory_that_it_gave_back()
    {
        var stream = new Lz4BlockStream(Lz4Block.WithLength(Noise(100)));
        stream.Dispose();
        stream.Dispose();

        Assert.Throws<ObjectDisposedException>(() => stream.Read(new byte[1], 0, 1));
    }

    private static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static int Count(byte[] stored)
    {
        using var reader = new SegmentReader(stored, Segment.Key);
        RecordCursor cursor = reader;
        var count = 0;
        while (cursor.MoveNext())
        {
            count++;
        }

        return count;
    }
}
