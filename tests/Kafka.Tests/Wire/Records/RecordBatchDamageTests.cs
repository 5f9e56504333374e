using System.Buffers.Binary;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Wire.Records;

public sealed class RecordBatchDamageTests
{
    private static readonly byte[] Sound = Batch.Of(new TestRecords().Add("k", "v", [("h", "x")]).Add("k2", "v2"));

    [Fact]
    public void Every_bit_that_flips_under_the_checksum_is_noticed()
    {
        for (var bit = RecordBatchLayout.CrcStart * 8; bit < Sound.Length * 8; bit++)
        {
            var batch = (byte[])Sound.Clone();
            batch[bit / 8] ^= (byte)(1 << (bit % 8));

            Assert.Throws<WireFormatException>(() => Batch.Read(batch));
        }
    }

    [Fact]
    public void A_wrong_checksum_is_told_with_both_numbers_unless_nobody_asks()
    {
        var batch = Batch.Put((byte[])Sound.Clone(), RecordBatchLayout.Crc, 0x12345678);
        using var reader = new RecordBatchReader();

        var error = Assert.Throws<WireFormatException>(() => reader.Open(batch));
        reader.Open(batch, verifyCrc: false);

        Assert.Contains("where 12345678 is stored (byte 17)", error.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Source, error.Kind);
        Assert.Equal(2, TestRecords.CopyAll(reader).Count);
    }

    [Fact]
    public void A_batch_cut_anywhere_is_refused()
    {
        for (var cut = 0; cut < Sound.Length; cut++)
        {
            Assert.Throws<WireFormatException>(() => Batch.Read(Sound.AsMemory(0, cut)));
        }
    }

    [Theory]
    [InlineData(RecordBatchLayout.LastOffsetDelta, -1, RecordBatchLayout.LastOffsetDelta)]
    [InlineData(RecordBatchLayout.RecordCount, -1, RecordBatchLayout.RecordCount)]
    [InlineData(RecordBatchLayout.RecordCount, 3, RecordBatchLayout.RecordCount)]
    [InlineData(RecordBatchLayout.RecordCount, int.MaxValue, RecordBatchLayout.RecordCount)]
    [InlineData(RecordBatchLayout.BaseOffset, -1, RecordBatchLayout.BaseOffset)]
    [InlineData(RecordBatchLayout.BatchLength, int.MaxValue, RecordBatchLayout.BatchLength)]
    [InlineData(RecordBatchLayout.BatchLength, 48, RecordBatchLayout.BatchLength)]
    [InlineData(RecordBatchLayout.BatchLength, int.MinValue, RecordBatchLayout.BatchLength)]
    [InlineData(RecordBatchLayout.Attributes - 2, 5, RecordBatchLayout.Attributes)]
    [InlineData(RecordBatchLayout.Magic, 0x01000000, RecordBatchLayout.Magic)]
    public void A_header_that_makes_no_sense_is_refused(int at, int number, int position)
    {
        var batch = Batch.Put((byte[])Sound.Clone(), at, number);

        Assert.Equal(position, Assert.Throws<WireFormatException>(() => RecordBatchHeader.Parse(batch)).Position);
    }

    [Fact]
    public void Offsets_beyond_the_last_one_are_refused()
    {
        var batch = (byte[])Sound.Clone();
        BinaryPrimitives.WriteInt64BigEndian(batch, long.MaxValue - 1);

        Assert.Throws<WireFormatException>(() => RecordBatchHeader.Parse(batch));
    }

    [Theory]
    [InlineData("", 1, "claims 1 records in 0 bytes")]
    [InlineData("0c000000010100ff", 1, "1 bytes follow the last record")]
    [InlineData("0c000000010100", 0, "7 bytes follow the last record")]
    [InlineData("0a000000010100", 1, "claims 5 of 6 bytes left")]
    [InlineData("0e000000010100", 1, "claims 7 of 6 bytes left")]
    [InlineData("01000000010100", 1, "claims -1 of 6 bytes left")]
    [InlineData("8080808080808080", 1, "claims 0 of 8 bytes left")]
    [InlineData("0c00ffffffffff", 1, "has a timestamp that is no number")]
    [InlineData("0c000001010100", 1, "has offset delta -1 where 0 to 100 can be")]
    [InlineData("0e000 0ca0101 0100", 1, "has offset delta 101 where 0 to 100 can be")]
    [InlineData("0c000002010100" + "0c000002010100", 2, "its record 2 of 2 has offset delta 1 where 2 to 100 can be")]
    [InlineData("0c000000030100", 1, "has a key of -2 bytes where 2 are left")]
    [InlineData("0c000000060100", 1, "has a key of 3 bytes where 2 are left")]
    [InlineData("0c000000010300", 1, "has a value of -2 bytes where 1 are left")]
    [InlineData("0c000000010400", 1, "has a value of 2 bytes where 1 are left")]
    [InlineData("0c000000010101", 1, "claims -1 headers")]
    [InlineData("0c000000010102", 1, "has a header name of 0 bytes where 0 are left")]
    [InlineData("14000000 0101feffffff0f", 1, "has a header name of 0 bytes where 0 are left")]
    [InlineData("10000000010102 0101", 1, "has a header name of -1 bytes where 1 are left")]
    [InlineData("10000000010102 0003", 1, "has a header value of -2 bytes where 0 are left")]
    [InlineData("10000000010100 0000", 1, "ends 2 bytes before its length")]
    public void A_record_that_makes_no_sense_is_refused(string records, int count, string problem)
    {
        var batch = Batch.Around(Convert.FromHexString(records.Replace(" ", "", StringComparison.Ordinal)), count);

        var error = Assert.Throws<WireFormatException>(() => Batch.Read(batch));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("The record batch at offset 0 is damaged: ", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Position, RecordBatchLayout.RecordCount, batch.Length);
    }

    [Fact]
    public void A_reader_that_refused_a_batch_shows_nothing_of_it_and_reads_the_next()
    {
        using var reader = new RecordBatchReader();
        reader.Open(Sound);
        Assert.True(reader.MoveNext());

        Assert.Throws<WireFormatException>(() => reader.Open(Batch.Around([], 1)));

        Assert.False(reader.MoveNext());
        Assert.True(reader.Key.IsNull && reader.Value.IsNull && reader.HeaderCount == 0 && !reader.MoveNextHeader());
        reader.Open(Sound);
        Assert.Equal(2, TestRecords.CopyAll(reader).Count);
    }
}
