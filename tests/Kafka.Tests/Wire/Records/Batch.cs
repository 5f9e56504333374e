using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Testing.Kafka;

namespace KafkaBackup.Kafka.Tests.Wire.Records;

/// <summary>Makes batches for tests and reads them back.</summary>
internal static class Batch
{
    public static readonly BatchCodec[] Codecs = Enum.GetValues<BatchCodec>();

    public static byte[] Of(IEnumerable<TestRecord> records, RecordBatchOptions? options = null, long? lastOffset = null)
    {
        using var writer = new RecordBatchWriter();
        writer.Begin(options ?? new RecordBatchOptions());
        var cursor = TestRecords.Cursor(records);
        while (cursor.MoveNext())
        {
            writer.Append(cursor);
        }

        return writer.Finish(lastOffset).ToArray();
    }

    /// <summary>A batch around bytes that stand for records, with a checksum that is right.</summary>
    public static byte[] Around(ReadOnlySpan<byte> records, int recordCount, BatchCodec codec = BatchCodec.None, int lastOffsetDelta = 100)
    {
        byte[] batch = [.. Of([], lastOffset: lastOffsetDelta), .. records];
        Put(batch, RecordBatchLayout.RecordCount, recordCount);
        batch[RecordBatchLayout.Attributes + 1] = (byte)codec;
        return Sealed(batch);
    }

    /// <summary>Sets length and checksum to what the bytes have.</summary>
    public static byte[] Sealed(byte[] batch)
    {
        Put(batch, RecordBatchLayout.BatchLength, batch.Length - RecordBatchLayout.LengthStart);
        RecordBatchPatch.SetCrc(batch);
        return batch;
    }

    public static byte[] Put(byte[] batch, int at, int number)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(at), number);
        return batch;
    }

    public static IReadOnlyList<TestRecord> Read(ReadOnlyMemory<byte> batch, int maxBytes = RecordBatchReader.DefaultMaxBytes)
    {
        using var reader = new RecordBatchReader(maxBytes);
        reader.Open(batch);
        return TestRecords.CopyAll(reader);
    }

    public static string[] Texts(IEnumerable<TestRecord> records) => [.. records.Select(r => r.ToString())];
}
