using System.Buffers;
using CsCheck;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Wire.Records;

public sealed class RecordBatchRoundTripTests
{
    private const long In1970 = 1;
    private const long In2040 = 2_208_988_800_000;

    private static readonly Gen<byte[]?> AnyBytes = Gen.Frequency(
        (1, Gen.Const((byte[]?)null)), (1, Gen.Const((byte[]?)[])), (6, Gen.Byte.Array[1, 40]!), (1, Gen.Byte[97, 99].Array[1, 30_000]!));

    private static readonly Gen<TestHeader> AnyHeader =
        Gen.Select(Gen.Byte[97, 98].Array[0, 2], AnyBytes, (name, value) => new TestHeader(name, value));

    private static readonly Gen<long> AnyTimestamp = Gen.Frequency(
        (4, Gen.Long[In1970, In2040]), (1, Gen.Const(In1970)), (1, Gen.Const(In2040)), (1, Gen.Const(-1L)), (1, Gen.Long));

    private static readonly Gen<TestRecord> AnyRecord = Gen.Select(
        Gen.Int[1, 3], AnyTimestamp, AnyBytes, AnyBytes, AnyHeader.Array[0, 5],
        (step, timestamp, key, value, headers) => new TestRecord(step, timestamp, key, value, headers));

    private static readonly Gen<RecordBatchOptions> AnyOptions = Gen.Select(
        Gen.OneOf(Batch.Codecs), Gen.Bool, Gen.Long[0, 1L << 40], Gen.Bool, Gen.Bool, Gen.Long, Gen.Short, Gen.Int,
        (codec, bare, offset, transactional, control, id, epoch, number) => new RecordBatchOptions
        {
            Codec = codec,
            BareSnappy = bare,
            BaseOffset = offset,
            IsTransactional = transactional,
            IsControl = control,
            ProducerId = id,
            ProducerEpoch = epoch,
            BaseSequence = number,
            LeaderEpoch = number ^ epoch,
        });

    [Fact]
    public void Any_records_come_back_from_a_batch_of_any_kind()
    {
        using var reader = new RecordBatchReader();

        Gen.Select(AnyRecord.Array[0, 30], AnyOptions, Gen.Int[1, 5]).Sample(
            (steps, options, more) =>
            {
                var records = Placed(steps, options.BaseOffset);
                var lastOffset = (records.Count == 0 ? options.BaseOffset : records[^1].Offset) + more;

                reader.Open(Batch.Of(records, options, lastOffset));

                Assert.Equal(Batch.Texts(records), Batch.Texts(TestRecords.CopyAll(reader)));
                var header = reader.Header;
                Assert.Equal(records.Count == 0 ? BatchCodec.None : options.Codec, header.Codec);
                Assert.Equal((options.BaseOffset, lastOffset, lastOffset + 1), (header.BaseOffset, header.LastOffset, header.NextOffset));
                Assert.Equal((options.IsTransactional, options.IsControl), (header.IsTransactional, header.IsControl));
                Assert.Equal((options.ProducerId, options.ProducerEpoch), (header.ProducerId, header.ProducerEpoch));
                Assert.Equal((options.BaseSequence, options.LeaderEpoch), (header.BaseSequence, header.LeaderEpoch));
                Assert.Equal((TimestampType.CreateTime, records.Count), (header.TimestampType, header.RecordCount));
                Assert.Equal(records.Count == 0 ? -1 : records.Max(r => r.Timestamp), header.MaxTimestamp);
            },
            iter: 400, threads: 1);
    }

    [Fact]
    public void Timestamps_of_1970_and_2040_share_a_batch()
    {
        var records = new TestRecords().Add("a", "1", timestamp: In2040).Add("b", "2", timestamp: In1970).Add("c", "3", timestamp: long.MinValue);

        Assert.Equal(Batch.Texts(records), Batch.Texts(Batch.Read(Batch.Of(records))));
    }

    [Fact]
    public void With_LogAppendTime_every_record_has_the_time_of_the_append()
    {
        var batch = Batch.Of(new TestRecords().AddMany(3), new RecordBatchOptions { LogAppendTime = In2040 });

        Assert.All(Batch.Read(batch), record => Assert.Equal(In2040, record.Timestamp));
        Assert.Equal(TimestampType.LogAppendTime, RecordBatchHeader.Parse(batch).TimestampType);
    }

    [Fact]
    public void Headers_can_be_walked_again()
    {
        using var reader = new RecordBatchReader();
        reader.Open(Batch.Of(new TestRecords().Add("k", "v", [("h", "1"), ("h", null), ("", "")])));
        Assert.True(reader.MoveNext());

        var first = TestRecords.Copy(reader).ToString();

        Assert.Equal(3, reader.HeaderCount);
        Assert.False(reader.MoveNextHeader());
        Assert.Equal(first, TestRecords.Copy(reader).ToString());
    }

    [Fact]
    public void Records_are_written_without_a_cursor_too()
    {
        using var writer = new RecordBatchWriter();
        writer.Begin(new RecordBatchOptions { BaseOffset = 5 });

        writer.Append(5, 7, NullableSpan.Null, NullableSpan.Of("v"u8));
        writer.Append(9, 6, NullableSpan.Of("k"u8), NullableSpan.Null);

        var expected = new TestRecords().Add(null, "v", null, 5, 7).Add("k", null, null, 9, 6);
        Assert.Equal(Batch.Texts(expected), Batch.Texts(Batch.Read(writer.Finish())));
    }

    [Fact]
    public void A_batch_is_read_from_memory_that_is_no_array()
    {
        var records = new TestRecords().AddMany(3);
        IMemoryOwner<byte> memory = new HiddenBytes(Batch.Of(records, new RecordBatchOptions { Codec = BatchCodec.Lz4 }));

        Assert.Equal(Batch.Texts(records), Batch.Texts(Batch.Read(memory.Memory)));
    }

    private static List<TestRecord> Placed(TestRecord[] steps, long baseOffset)
    {
        var offset = baseOffset - 1;
        return [.. steps.Select(step => step with { Offset = offset += step.Offset })];
    }

    /// <summary>Memory that does not show the array behind it.</summary>
    private sealed class HiddenBytes(byte[] bytes) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => bytes;

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin() => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
        }
    }
}
