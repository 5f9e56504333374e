using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Testing.Kafka;
using Snappier;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Wire.Records;

/// <summary>What other programs may write and ours does not, and what a damaged or hostile payload does.</summary>
public sealed class CompressedRecordsTests
{
    private const int RecordsAt = RecordBatchHeader.Size;

    private static byte[] PlainRecords => Batch.Of(new TestRecords().AddMany(2).Add("k", "v", [("trace", "12345678901")]))[RecordsAt..];

    [Fact]
    public void Snappy_is_written_in_blocks_of_32_KiB_or_bare()
    {
        var records = new TestRecords().Add("k", new string('x', 100_000));

        var framed = Batch.Of(records, new RecordBatchOptions { Codec = BatchCodec.Snappy });
        var bare = Batch.Of(records, new RecordBatchOptions { Codec = BatchCodec.Snappy, BareSnappy = true });

        Assert.Equal("82534e415050590000000001" + "00000001", Convert.ToHexStringLower(framed.AsSpan(RecordsAt, 16)));
        Assert.Equal(32 * 1024, Snappy.GetUncompressedLength(framed.AsSpan(RecordsAt + 20)));
        Assert.Equal(PlainLength(records), Snappy.GetUncompressedLength(bare.AsSpan(RecordsAt)));
        Assert.Equal(Batch.Texts(records), Batch.Texts(Batch.Read(framed)));
        Assert.Equal(Batch.Texts(records), Batch.Texts(Batch.Read(bare)));
    }

    [Theory]
    [InlineData("ffffffff0f", "claims to become")]
    [InlineData("80808004" + "00", "a block of 5 bytes claims to become 8388608")]
    [InlineData("07ff", "cannot be decompressed")]
    [InlineData("82534e4150505900" + "00000001" + "00000001" + "7fffffff", "a block claims 2147483647 of 0 bytes left")]
    [InlineData("82534e4150505900" + "00000001" + "00000001" + "ffffffff", "a block claims -1 of 0 bytes left")]
    [InlineData("82534e4150505900" + "00000001" + "00000001" + "0000", "a block claims -1 of -2 bytes left")]
    public void Snappy_that_claims_what_it_cannot_hold_is_refused(string payload, string problem)
    {
        Refused(BatchCodec.Snappy, Convert.FromHexString(payload), problem);
    }

    [Fact]
    public void LZ4_blocks_that_build_on_those_before_are_read()
    {
        Assert.Equal(3, Batch.Read(Batch.Around(LinkedLz4(PlainRecords), 3, BatchCodec.Lz4)).Count);
    }

    [Theory]
    [InlineData(0, "the magic is not that of a frame")]
    [InlineData(4, "is not supported")]
    [InlineData(6, "the checksum of the frame descriptor does not match")]
    [InlineData(14, "the checksum of the frame descriptor does not match")]
    [InlineData(30, "the checksum of a block does not match")]
    [InlineData(-1, "the checksum of the frame does not match")]
    public void An_LZ4_frame_with_a_changed_byte_is_refused(int at, string problem)
    {
        var frame = LinkedLz4(PlainRecords);
        frame[at < 0 ? frame.Length + at : at] ^= 0xC0;

        Refused(BatchCodec.Lz4, frame, problem);
    }

    [Fact]
    public void An_LZ4_frame_cut_anywhere_is_refused()
    {
        var frame = LinkedLz4(PlainRecords);

        for (var cut = 1; cut < frame.Length; cut++)
        {
            Refused(BatchCodec.Lz4, frame[..cut], "in its LZ4 records");
        }
    }

    [Fact]
    public void Several_gzip_members_and_several_zstd_frames_are_read_as_one()
    {
        var (first, second) = (PlainRecords[..10], PlainRecords[10..]);
        using var zstd = new ZstdNet.Compressor();

        Assert.Equal(3, Batch.Read(Batch.Around([.. Gzip(first), .. Gzip(second)], 3, BatchCodec.Gzip)).Count);
        Assert.Equal(3, Batch.Read(Batch.Around([.. zstd.Wrap(first), .. zstd.Wrap(second)], 3, BatchCodec.Zstd)).Count);
    }

    [Theory]
    [InlineData(BatchCodec.Gzip, "its gzip records cannot be decompressed")]
    [InlineData(BatchCodec.Zstd, "its Zstandard records cannot be decompressed")]
    [InlineData(BatchCodec.Snappy, "in its Snappy records")]
    [InlineData(BatchCodec.Lz4, "in its LZ4 records")]
    public void Records_that_are_not_of_their_codec_are_refused(BatchCodec codec, string problem) =>
        Refused(codec, [0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10, 0, 0, 0, 0], problem);

    [Theory]
    [InlineData(BatchCodec.Gzip)]
    [InlineData(BatchCodec.Snappy)]
    [InlineData(BatchCodec.Lz4)]
    [InlineData(BatchCodec.Zstd)]
    public void Decompressed_records_may_take_what_is_allowed_and_no_byte_more(BatchCodec codec)
    {
        var records = new TestRecords().Add("k", new string('x', 1_000_000));
        var batch = Batch.Of(records, new RecordBatchOptions { Codec = codec });

        Assert.Single(Batch.Read(batch, PlainLength(records)));
        var error = Assert.Throws<WireFormatException>(() => Batch.Read(batch, PlainLength(records) - 1));
        Assert.Contains($"records take more than {PlainLength(records) - 1} bytes", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BatchCodec.Gzip)]
    [InlineData(BatchCodec.Snappy)]
    [InlineData(BatchCodec.Lz4)]
    [InlineData(BatchCodec.Zstd)]
    public void A_bomb_takes_no_more_memory_than_a_few_times_what_is_allowed(BatchCodec codec)
    {
        const int Allowed = 2 << 20;
        var bomb = Batch.Of(new TestRecords().Add(null, new byte[64 << 20]), new RecordBatchOptions { Codec = codec });

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<WireFormatException>(() => Batch.Read(bomb, Allowed));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 * Allowed);
    }

    private static int PlainLength(TestRecords records) => Batch.Of(records).Length - RecordsAt;

    private static void Refused(BatchCodec codec, byte[] payload, string problem)
    {
        var batch = Batch.Around(payload, 3, codec);

        var error = Assert.Throws<WireFormatException>(() => Batch.Read(batch));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Position, RecordsAt, batch.Length);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    /// <summary>A frame with every checksum and the content size, whose second block starts by copying a header's name from the first.</summary>
    private static byte[] LinkedLz4(byte[] bytes)
    {
        var name = "trace"u8;
        var at = bytes.AsSpan().LastIndexOf(name);
        var (from, same, end) = (bytes.AsSpan().IndexOf(name), name.Length, bytes.Length);
        byte[] first = [0xF0, (byte)(at - 15), .. bytes.AsSpan(0, at)];
        var tail = end - at - same;
        byte[] second = [(byte)(same - 4), (byte)(at - from), 0, (byte)(tail << 4), .. bytes.AsSpan(at + same, tail)];
        byte[] descriptor = [0x40 | 0x10 | 0x08 | 0x04, 0x40, .. Little(bytes.Length), 0, 0, 0, 0];
        return
        [
            .. Little(0x184D2204), .. descriptor, (byte)(XxHash32.HashToUInt32(descriptor) >> 8),
            .. Little(first.Length), .. first, .. Little((int)XxHash32.HashToUInt32(first)),
            .. Little(second.Length), .. second, .. Little((int)XxHash32.HashToUInt32(second)),
            0, 0, 0, 0, .. Little((int)XxHash32.HashToUInt32(bytes)),
        ];
    }

    private static byte[] Little(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return bytes;
    }
}
