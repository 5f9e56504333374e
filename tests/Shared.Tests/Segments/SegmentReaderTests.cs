using System.Buffers;
using CsCheck;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Shared.Tests.Segments;

public sealed class SegmentReaderTests
{
    private static readonly Gen<byte[]?> AnyBytes = Gen.Frequency(
        (1, Gen.Const((byte[]?)null)), (1, Gen.Const((byte[]?)[])), (6, Gen.Byte.Array[1, 40]!), (1, Gen.Byte.Array[1, 3_000]!));

    private static readonly Gen<TestHeader> AnyHeader =
        Gen.Select(Gen.Byte.Array[0, 12], AnyBytes, (name, value) => new TestHeader(name, value));

    private static readonly Gen<TestRecord> AnyRecord =
        Gen.Select(Gen.Long, Gen.Long, AnyBytes, AnyBytes, AnyHeader.Array[0, 6], (offset, timestamp, key, value, headers) =>
            new TestRecord(offset, timestamp, key, value, headers));

    [Theory]
    [InlineData(CompressionCodec.None)]
    [InlineData(CompressionCodec.Zstd)]
    [InlineData(CompressionCodec.Lz4)]
    public void Whatever_was_written_is_read_again(CompressionCodec codec) =>
        AnyRecord.Array[1, 60].Sample(
            records => Texts(records).SequenceEqual(Texts(Segment.Read(Segment.Bytes(Segment.Bare with { Codec = codec }, records)))),
            iter: 200);

    [Fact]
    public void Records_are_whole_wherever_the_buffer_ends()
    {
        for (var size = 65_400; size <= 65_600; size++)
        {
            var records = new TestRecords().Add([], new byte[size - 60]).AddMany(3);

            Assert.Equal(Texts(records), Texts(Segment.Read(Segment.Bytes(Segment.Bare, records))));
        }
    }

    [Fact]
    public void Headers_can_be_walked_again()
    {
        using var reader = Open(new TestRecords().Add("k", "v", [("a", "1"), ("b", null)]));
        reader.MoveNext();
        var first = TestRecords.Copy(reader).ToString();

        Assert.Equal(first, TestRecords.Copy(reader).ToString());
        Assert.False(reader.MoveNextHeader());
    }

    [Fact]
    public void Headers_need_not_be_walked()
    {
        using var reader = Open(new TestRecords().AddMany(3));

        Assert.True(reader.MoveNext() && reader.MoveNext() && reader.MoveNext());
        Assert.Equal(2, reader.Offset);
        Assert.False(reader.MoveNext());
    }

    [Fact]
    public void After_the_last_record_there_is_none()
    {
        using var reader = Open(new TestRecords().AddMany(1));

        Assert.Equal([true, false, false], new[] { reader.MoveNext(), reader.MoveNext(), reader.MoveNext() });
    }

    [Fact]
    public void What_follows_the_promised_records_is_no_record()
    {
        var body = Segment.BodyOf(Segment.Bytes(Segment.Bare, new TestRecords().AddMany(3)));

        Assert.Equal(2, Segment.Read(Segment.Around(body, recordCount: 2)).Count);
    }

    [Fact]
    public void What_a_record_has_behind_its_headers_is_skipped()
    {
        byte[] longer = [30, 0, 0, 0, .. new byte[24], 0, 0, 1, 2, 3, 4];
        byte[] next = [26, 0, 0, 0, .. new byte[8], 9, .. new byte[17]];

        var records = Segment.Read(Segment.Around([.. longer, .. next], recordCount: 2));

        Assert.Equal([0, 9], records.Select(r => r.Offset));
    }

    [Fact]
    public void The_reserved_bytes_of_the_header_mean_nothing()
    {
        var records = new TestRecords().AddMany(2);
        var bytes = Segment.Bytes(Segment.Bare, records);
        bytes[6] = bytes[7] = 0xff;

        Assert.Equal(Texts(records), Texts(Segment.Read(Segment.WithRightCrc(bytes))));
    }

    [Fact]
    public void A_part_of_a_larger_array_is_read()
    {
        var records = new TestRecords().AddMany(3);
        var bytes = Segment.Bytes(Segment.BareZstd, records);
        byte[] larger = [1, 2, 3, .. bytes, 4, 5];

        Assert.Equal(Texts(records), Texts(Segment.Read(larger.AsMemory(3, bytes.Length))));
    }

    [Fact]
    public void Memory_without_an_array_is_read()
    {
        var records = new TestRecords().AddMany(3);
        using IMemoryOwner<byte> opaque = new OpaqueBytes(Segment.Bytes(Segment.Bare, records));

        Assert.Equal(Texts(records), Texts(Segment.Read(opaque.Memory)));
    }

    [Fact]
    public void A_streamed_frame_without_content_size_is_read()
    {
        var records = new TestRecords().AddMany(500);
        var frame = Segment.StreamedFrame(BodyOf(records));

        Assert.False(Assert.Single(ZstdFrame.Split(frame)).HasContentSize);
        Assert.Equal(Texts(records), Texts(Segment.Read(Segment.Around(frame, 500, CompressionCodec.Zstd))));
    }

    [Fact]
    public void A_frame_with_checksum_is_read()
    {
        var records = new TestRecords().AddMany(500);
        var frame = Segment.StreamedFrame(BodyOf(records), checksum: true);

        Assert.True(Assert.Single(ZstdFrame.Split(frame)).HasChecksum);
        Assert.Equal(Texts(records), Texts(Segment.Read(Segment.Around(frame, 500, CompressionCodec.Zstd))));
    }

    [Fact]
    public void Frames_may_end_anywhere_in_a_record()
    {
        var records = new TestRecords().AddMany(20);
        var body = BodyOf(records);
        for (var cut = 1; cut < body.Length; cut += 7)
        {
            byte[] frames = [.. Segment.StreamedFrame(body[..cut]), .. Segment.StreamedFrame(body[cut..], checksum: true), .. Segment.StreamedFrame([0])];

            Assert.Equal(Texts(records), Texts(Segment.Read(Segment.Around(frames, 20, CompressionCodec.Zstd))));
        }
    }

    [Fact]
    public void A_frame_that_grows_a_thousandfold_is_read_to_its_end()
    {
        var records = new TestRecords().Add([1], new byte[30_000_000]).Add([2], new byte[3_000_000]).Add("last", "one");
        var frame = Segment.StreamedFrame(BodyOf(records));

        Assert.InRange(frame.Length, 0, 33_000);
        Assert.Equal(3, Count(Segment.Around(frame, 3, CompressionCodec.Zstd)));
    }

    [Fact]
    public void Disposing_twice_gives_the_memory_back_once()
    {
        var reader = Open(new TestRecords().AddMany(1));
        reader.Dispose();
        reader.Dispose();

        var one = ArrayPool<byte>.Shared.Rent(64 * 1024);
        var other = ArrayPool<byte>.Shared.Rent(64 * 1024);

        Assert.NotSame(one, other);
    }

    private static byte[] BodyOf(IEnumerable<TestRecord> records) => Segment.BodyOf(Segment.Bytes(Segment.Bare, records));

    private static SegmentReader Open(IEnumerable<TestRecord> records) => new(Segment.Bytes(Segment.Bare, records), Segment.Key);

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

    private static IEnumerable<string> Texts(IEnumerable<TestRecord> records) => records.Select(r => r.ToString());

    /// <summary>Memory that does not show the array behind it, as that of a mapped file has none.</summary>
    private sealed class OpaqueBytes(byte[] bytes) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => bytes;

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin() => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
        }
    }
}
