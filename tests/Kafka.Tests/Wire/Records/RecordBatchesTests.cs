using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Wire.Records;

public sealed class RecordBatchesTests
{
    private static readonly byte[] First = Batch.Of(new TestRecords().AddMany(3));

    private static readonly byte[] Second =
        Batch.Of(new TestRecords().Add("k", "v", offset: 7), new RecordBatchOptions { BaseOffset = 3, Codec = BatchCodec.Lz4 });

    private static byte[] Both => [.. First, .. Second];

    [Fact]
    public void Batches_follow_one_another()
    {
        Assert.Equal([0, 3], Offsets(RecordBatches.OfFetch(Both)));
        Assert.Equal([0, 3], Offsets(RecordBatches.OfProduce(Both)));
        Assert.Equal([First, Second], Bytes(RecordBatches.OfProduce(Both)));
    }

    [Fact]
    public void A_field_of_no_bytes_has_no_batches()
    {
        Assert.Empty(Offsets(RecordBatches.OfFetch(default)));
        Assert.Empty(Offsets(RecordBatches.OfProduce(default)));
    }

    [Fact]
    public void A_fetched_batch_that_is_cut_anywhere_is_left_out_and_a_produced_one_is_refused()
    {
        for (var cut = First.Length + 1; cut < Both.Length; cut++)
        {
            var bytes = Both[..cut];

            Assert.Equal([0], Offsets(RecordBatches.OfFetch(bytes)));
            var error = Assert.Throws<WireFormatException>(() => Offsets(RecordBatches.OfProduce(bytes)));
            Assert.InRange(error.Position, First.Length, cut);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(48)]
    [InlineData(int.MinValue)]
    public void A_length_that_no_batch_has_is_refused_in_both(int length)
    {
        var bytes = Batch.Put(Both, First.Length + RecordBatchLayout.BatchLength, length);

        var error = Assert.Throws<WireFormatException>(() => Offsets(RecordBatches.OfFetch(bytes)));
        Assert.Equal(First.Length + RecordBatchLayout.BatchLength, error.Position);
        Assert.Throws<WireFormatException>(() => Offsets(RecordBatches.OfProduce(bytes)));
    }

    private static List<long> Offsets(RecordBatches batches)
    {
        var offsets = new List<long>();
        foreach (var batch in batches)
        {
            offsets.Add(batch.Header.BaseOffset);
        }

        return offsets;
    }

    private static List<byte[]> Bytes(RecordBatches batches)
    {
        var bytes = new List<byte[]>();
        foreach (var batch in batches)
        {
            bytes.Add(batch.Bytes.ToArray());
        }

        return bytes;
    }
}
