using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Wire.Records;

public sealed class RecordBatchWriterTests
{
    [Fact]
    public void The_bytes_are_those_of_the_format()
    {
        var batch = Batch.Of(
            new TestRecords().Add("k", null, [("h", "x")], offset: 258, timestamp: 1000),
            new RecordBatchOptions
            {
                BaseOffset = 258,
                LeaderEpoch = 3,
                IsTransactional = true,
                ProducerId = 9,
                ProducerEpoch = 2,
                BaseSequence = 5,
            });

        // The record: length 11, no attributes, both deltas 0, key of 1 byte, no value, one header of 1 and 1 bytes.
        const string Record = "16" + "00" + "00" + "00" + "026b" + "01" + "02" + "0268" + "0278";
        var crc = Convert.ToHexStringLower(batch)[34..42];
        Assert.Equal(
            "0000000000000102" + "0000003d" + "00000003" + "02" + crc + "0010" + "00000000" + "00000000000003e8" + "00000000000003e8"
            + "0000000000000009" + "0002" + "00000005" + "00000001" + Record,
            Convert.ToHexStringLower(batch));
        RecordBatchHeader.Parse(batch).VerifyCrc(batch);
    }

    [Fact]
    public void A_batch_keeps_the_offsets_that_compaction_took_the_records_of()
    {
        var records = new TestRecords().Add("b", "2", offset: 12).Add("d", "4", offset: 15);
        var batch = Batch.Of(records, new RecordBatchOptions { BaseOffset = 10, Codec = BatchCodec.Zstd }, lastOffset: 19);

        Assert.Equal(Batch.Texts(records), Batch.Texts(Batch.Read(batch)));
        var header = RecordBatchHeader.Parse(batch);
        Assert.Equal((10, 19, 20), (header.BaseOffset, header.LastOffset, header.NextOffset));
    }

    [Theory]
    [InlineData(BatchCodec.None)]
    [InlineData(BatchCodec.Snappy)]
    public void A_batch_without_records_still_covers_its_offsets(BatchCodec codec)
    {
        var batch = Batch.Of([], new RecordBatchOptions { BaseOffset = 10, Codec = codec }, lastOffset: 19);

        Assert.Equal(RecordBatchHeader.Size, batch.Length);
        Assert.Empty(Batch.Read(batch));
        Assert.Equal(20, RecordBatchHeader.Parse(batch).NextOffset);
    }

    [Fact]
    public void A_batch_without_records_that_kept_its_codec_is_read()
    {
        Assert.All(Batch.Codecs, codec => Assert.Empty(Batch.Read(Batch.Around([], 0, codec))));
    }

    [Fact]
    public void What_makes_no_batch_is_refused()
    {
        using var writer = new RecordBatchWriter();
        Assert.Throws<InvalidOperationException>(() => writer.Finish());
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Begin(new RecordBatchOptions { Codec = (BatchCodec)5 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Begin(new RecordBatchOptions { BaseOffset = -1 }));

        writer.Begin(new RecordBatchOptions { BaseOffset = 10 });
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Finish());
        Assert.Throws<ArgumentOutOfRangeException>(() => Append(9));
        Append(11);
        Assert.Throws<ArgumentOutOfRangeException>(() => Append(11));
        Assert.Throws<ArgumentOutOfRangeException>(() => Append(11L + int.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Finish(lastOffset: 10));

        Assert.Equal(11, RecordBatchHeader.Parse(writer.Finish().Span).LastOffset);

        void Append(long offset) => writer.Append(offset, 0, NullableSpan.Null, NullableSpan.Null);
    }

    [Fact]
    public void Setting_the_place_leaves_the_checksum_right()
    {
        var batch = Batch.Of(new TestRecords().AddMany(2));

        RecordBatchPatch.SetPlace(batch, 1_000, 7);

        Assert.Equal([1_000, 1_001], Batch.Read(batch).Select(r => r.Offset));
        Assert.Equal(7, RecordBatchHeader.Parse(batch).LeaderEpoch);
    }

    [Fact]
    public void Setting_the_time_of_the_append_gives_it_to_every_record_under_a_new_checksum()
    {
        var batch = Batch.Of(new TestRecords().AddMany(2), new RecordBatchOptions { Codec = BatchCodec.Gzip, IsTransactional = true });

        RecordBatchPatch.SetMaxTimestamp(batch, TimestampType.LogAppendTime, 5);

        Assert.Equal([5, 5], Batch.Read(batch).Select(r => r.Timestamp));
        Assert.True(RecordBatchHeader.Parse(batch).IsTransactional);

        RecordBatchPatch.SetMaxTimestamp(batch, TimestampType.CreateTime, 6);

        Assert.Equal([TestRecords.FirstTimestamp, TestRecords.FirstTimestamp + 1], Batch.Read(batch).Select(r => r.Timestamp));
        Assert.Equal(6, RecordBatchHeader.Parse(batch).MaxTimestamp);
    }

    [Theory]
    [InlineData(ControlRecordType.Abort, "00000000")]
    [InlineData(ControlRecordType.Commit, "00000001")]
    public void The_end_of_a_transaction_is_a_control_batch_of_one_record(ControlRecordType type, string key)
    {
        using var writer = new RecordBatchWriter();
        using var reader = new RecordBatchReader();

        reader.Open(ControlRecords.BuildMarker(writer, type, 42, 1_000, producerId: 9, producerEpoch: 2, coordinatorEpoch: 258));

        Assert.True(reader.Header is { IsControl: true, IsTransactional: true, ProducerId: 9, ProducerEpoch: 2, BaseSequence: -1 });
        Assert.True(reader.MoveNext());
        Assert.Equal((42, 1_000), (reader.Offset, reader.Timestamp));
        Assert.Equal(key, Convert.ToHexStringLower(reader.Key.Bytes));
        Assert.Equal("000000000102", Convert.ToHexStringLower(reader.Value.Bytes));
        Assert.True(ControlRecords.TryReadType(reader.Key, out var read) && read == type);
        Assert.True(ControlRecords.TryReadCoordinatorEpoch(reader.Value, out var epoch) && epoch == 258);
        Assert.False(reader.MoveNext());
    }

    [Fact]
    public void A_control_record_that_is_too_short_has_no_type()
    {
        Assert.False(ControlRecords.TryReadType(NullableSpan.Null, out _));
        Assert.False(ControlRecords.TryReadType(NullableSpan.Of([0, 0, 0]), out _));
        Assert.False(ControlRecords.TryReadCoordinatorEpoch(NullableSpan.Of([0, 0, 0]), out _));
    }
}
