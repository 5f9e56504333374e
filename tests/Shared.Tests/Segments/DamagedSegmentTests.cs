using System.Buffers.Binary;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Shared.Tests.Segments;

/// <summary>A damaged segment gives a sentence that names it, and nothing else.</summary>
public sealed class DamagedSegmentTests
{
    private const int MinBody = 26;

    private static TestRecords Records => new TestRecords().Add("k", "v1", [("h", "x"), ("n", null)]).Add("key", "value", [("a", "b")]).AddMany(3);

    private static byte[] Plain => Bytes(CompressionCodec.None);

    private static byte[] OneHeader => Segment.Bytes(Segment.Bare, new TestRecords().Add("", "", [("a", "1")]));

    [Theory]
    [InlineData(CompressionCodec.None)]
    [InlineData(CompressionCodec.Zstd)]
    [InlineData(CompressionCodec.Lz4)]
    public void An_object_cut_short_anywhere_is_damaged(CompressionCodec codec)
    {
        var bytes = Bytes(codec);

        for (var length = 0; length < bytes.Length; length++)
        {
            AssertDamaged(bytes[..length], because: null);
        }
    }

    [Theory]
    [InlineData(CompressionCodec.None)]
    [InlineData(CompressionCodec.Zstd)]
    [InlineData(CompressionCodec.Lz4)]
    public void A_body_cut_short_anywhere_is_damaged(CompressionCodec codec)
    {
        var body = Segment.BodyOf(Bytes(codec));

        for (var length = 0; length < body.Length; length++)
        {
            AssertDamaged(Segment.Around(body[..length], Records.Count, codec), because: null);
        }
    }

    [Theory]
    [InlineData(CompressionCodec.None)]
    [InlineData(CompressionCodec.Zstd)]
    [InlineData(CompressionCodec.Lz4)]
    public void A_flipped_bit_anywhere_is_damage(CompressionCodec codec)
    {
        var bytes = Bytes(codec);

        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var flipped = bytes.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertDamaged(flipped, because: null);
        }
    }

    [Fact]
    public void An_object_without_room_for_header_and_footer_is_damaged() =>
        AssertDamaged(Plain[..39], "it has 39 bytes, fewer than header and footer take");

    [Fact]
    public void An_object_that_does_not_start_as_a_segment_is_damaged() =>
        AssertDamaged(With(Plain, 0, (byte)'J'), "it does not start and end as a segment does");

    [Fact]
    public void An_object_that_does_not_end_as_a_segment_is_damaged() =>
        AssertDamaged(With(Plain, Plain.Length - 1, (byte)'J'), "it does not start and end as a segment does");

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(255)]
    public void An_unknown_version_is_not_read(byte version) =>
        AssertDamaged(With(Plain, 4, version), $"its format version is {version}, and only 1 is known");

    [Theory]
    [InlineData(3)]
    [InlineData(255)]
    public void An_unknown_codec_is_not_read(byte codec) =>
        AssertDamaged(With(Plain, 5, codec), $"its codec number is {codec}, which is not known");

    [Fact]
    public void A_wrong_checksum_is_noticed_before_any_record_is_read()
    {
        var bytes = Plain;
        bytes[^10] ^= 1;

        var e = Assert.Throws<StorageException>(() => new SegmentReader(bytes, Segment.Key));
        Assert.Equal($"{Segment.Key} is damaged: its CRC-32 does not match its content.", e.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(25)]
    [InlineData(0x7FFF_FFFC)]
    [InlineData(0x8000_0000)]
    [InlineData(uint.MaxValue)]
    public void A_record_length_that_cannot_be_is_damage(uint length) =>
        AssertDamaged(OneRecord(length), $"record 1 claims a length of {length} bytes");

    [Theory]
    [InlineData(1_000)]
    [InlineData(int.MaxValue - 4)]
    public void A_record_length_beyond_the_body_is_damage(uint length)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        AssertDamaged(OneRecord(length), "its body ends in record 1 of the 1 that its header promises");

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData(20, -2)]
    [InlineData(20, int.MinValue)]
    [InlineData(24, -2)]
    [InlineData(24, int.MinValue)]
    public void A_key_or_value_of_negative_length_is_damage(int at, int length) =>
        AssertDamaged(OneRecord(at, length), $"record 1 has a field of {length} bytes");

    [Theory]
    [InlineData(20, 7)]
    [InlineData(20, int.MaxValue)]
    [InlineData(24, 3)]
    [InlineData(24, int.MaxValue)]
    public void A_key_or_value_longer_than_its_record_is_damage(int at, int length) =>
        AssertDamaged(OneRecord(at, length), "a field of record 1 reaches beyond the record's end");

    [Fact]
    public void A_value_that_would_reach_into_the_next_record_is_damage()
    {
        byte[] body = [.. Segment.BodyOf(OneRecord(24, 3)), .. Segment.BodyOf(OneRecord(24, 0))];

        AssertDamaged(Segment.Around(body, 2), "a field of record 1 reaches beyond the record's end");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(ushort.MaxValue)]
    public void More_headers_than_a_record_has_room_for_are_damage(int count)
    {
        var bytes = Segment.Bytes(Segment.Bare, new TestRecords().Add("", "", [("a", "1"), ("b", "2")]));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(Segment.HeaderSize + 28), (ushort)count);

        AssertDamaged(Segment.WithRightCrc(bytes), "a field of record 1 reaches beyond the record's end");
    }

    [Theory]
    [InlineData(7)]
    [InlineData(ushort.MaxValue)]
    public void A_header_name_longer_than_its_record_is_damage(int length)
    {
        var bytes = OneHeader;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(Segment.HeaderSize + 30), (ushort)length);

        AssertDamaged(Segment.WithRightCrc(bytes), "a field of record 1 reaches beyond the record's end");
    }

    [Theory]
    [InlineData(-2, "record 1 has a field of -2 bytes")]
    [InlineData(int.MinValue, "record 1 has a field of -2147483648 bytes")]
    [InlineData(2, "a field of record 1 reaches beyond the record's end")]
    [InlineData(int.MaxValue, "a field of record 1 reaches beyond the record's end")]
    public void A_header_value_of_a_length_that_cannot_be_is_damage(int length, string because)
    {
        var bytes = OneHeader;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(Segment.HeaderSize + 33), length);

        AssertDamaged(Segment.WithRightCrc(bytes), because);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void A_header_that_promises_more_records_than_there_are_is_damage(long count) =>
        AssertDamaged(Segment.Around(Segment.BodyOf(Plain), count), $"its body ends in record 6 of the {count} that its header promises");

    [Fact]
    public void An_empty_body_holds_no_promised_record() =>
        AssertDamaged(Segment.Around([], 1), "its body ends in record 1 of the 1 that its header promises");

    [Fact]
    public void An_empty_zstd_body_holds_no_promised_record() =>
        AssertDamaged(Segment.Around([], 1, CompressionCodec.Zstd), "its body ends in record 1 of the 1 that its header promises");

    [Fact]
    public void A_body_that_is_no_zstd_frame_cannot_be_decompressed()
    {
        var e = AssertDamaged(Segment.Around([1, 2, 3, 4, 5, 6, 7, 8], 1, CompressionCodec.Zstd), because: null);

        Assert.StartsWith($"{Segment.Key} is damaged: its body cannot be decompressed (", e.Message, StringComparison.Ordinal);
        Assert.NotNull(e.InnerException);
    }

    [Fact]
    public void A_wrong_checksum_of_a_frame_is_damage()
    {
        var frame = Segment.StreamedFrame(Segment.BodyOf(Plain), checksum: true);
        frame[^1] ^= 1;

        AssertDamaged(Segment.Around(frame, Records.Count, CompressionCodec.Zstd), because: null);
    }

    [Fact]
    public void Rubbish_between_frames_is_damage()
    {
        var body = Segment.BodyOf(Plain);
        byte[] frames = [.. Segment.StreamedFrame(body[..50]), 1, 2, 3, 4, .. Segment.StreamedFrame(body[50..])];

        AssertDamaged(Segment.Around(frames, Records.Count, CompressionCodec.Zstd), because: null);
    }

    private static byte[] Bytes(CompressionCodec codec) => Segment.Bytes(Segment.Bare with { Codec = codec }, Records);

    private static byte[] With(byte[] bytes, int at, byte value)
    {
        bytes[at] = value;
        return Segment.WithRightCrc(bytes);
    }

    /// <summary>A segment of one empty record that claims the given length.</summary>
    private static byte[] OneRecord(uint length)
    {
        var body = new byte[4 + MinBody];
        BinaryPrimitives.WriteUInt32LittleEndian(body, length);
        return Segment.Around(body, 1);
    }

    /// <summary>A segment of one record of 26 zeros, with a number put into it.</summary>
    private static byte[] OneRecord(int at, int number)
    {
        var body = new byte[4 + MinBody];
        body[0] = MinBody;
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(at), number);
        return Segment.Around(body, 1);
    }

    private static StorageException AssertDamaged(byte[] bytes, string? because)
    {
        var e = Assert.Throws<StorageException>(() => Segment.Read(bytes));
        Assert.Equal(Segment.Key, e.Key);
        Assert.StartsWith($"{Segment.Key} is damaged: ", e.Message, StringComparison.Ordinal);
        if (because is not null)
        {
            Assert.Equal($"{Segment.Key} is damaged: {because}.", e.Message);
        }

        return e;
    }
}
