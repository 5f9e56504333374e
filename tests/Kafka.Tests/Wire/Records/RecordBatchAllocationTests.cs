using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Wire.Records;

public sealed class RecordBatchAllocationTests
{
    private const int Records = 1_000;

    private static readonly byte[] Plain = Batch.Of(new TestRecords().AddMany(Records));

    [Fact]
    public void Reading_records_in_place_allocates_nothing()
    {
        using var reader = new RecordBatchReader();
        Walk(reader, Plain);

        Assert.Equal(0, AllocatedBy(() => Walk(reader, Plain)));
    }

    [Theory]
    [InlineData(BatchCodec.Gzip)]
    [InlineData(BatchCodec.Snappy)]
    [InlineData(BatchCodec.Lz4)]
    [InlineData(BatchCodec.Zstd)]
    public void Reading_compressed_records_allocates_less_than_a_byte_per_record(BatchCodec codec)
    {
        using var reader = new RecordBatchReader();
        var batch = Batch.Of(new TestRecords().AddMany(Records), new RecordBatchOptions { Codec = codec });
        Walk(reader, batch);

        Assert.InRange(AllocatedBy(() => Walk(reader, batch)), 0, Records - 1);
    }

    [Fact]
    public void Writing_records_of_a_cursor_allocates_nothing_per_record()
    {
        using var reader = new RecordBatchReader();
        using var writer = new RecordBatchWriter();
        var options = new RecordBatchOptions();
        Copy();

        Assert.Equal(0, AllocatedBy(Copy));

        void Copy()
        {
            reader.Open(Plain);
            writer.Begin(options);
            while (reader.MoveNext())
            {
                writer.Append(reader);
            }

            writer.Finish();
        }
    }

    [Fact]
    public void Walking_over_batches_allocates_nothing()
    {
        byte[] field = [.. Plain, .. Plain];

        Assert.Equal(0, AllocatedBy(() =>
        {
            foreach (var batch in RecordBatches.OfFetch(field))
            {
                _ = batch.Header.NextOffset;
            }
        }));
    }

    private static void Walk(RecordBatchReader reader, ReadOnlyMemory<byte> batch)
    {
        reader.Open(batch);
        var seen = 0;
        while (reader.MoveNext())
        {
            seen += reader.Key.Bytes.Length + reader.Value.Bytes.Length;
            while (reader.MoveNextHeader())
            {
                seen += reader.HeaderName.Length + reader.HeaderValue.Bytes.Length;
            }
        }

        Assert.True(seen > 0);
    }

    /// <summary>The least of several runs: the runtime itself may allocate in one of them, as when it compiles a method anew.</summary>
    private static long AllocatedBy(Action action)
    {
        var least = long.MaxValue;
        for (var run = 0; run < 5; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
