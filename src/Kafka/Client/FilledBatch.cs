using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Client;

/// <summary>Records that will travel together, written down as they come, so that nothing of where they were read is held. It is used for one batch after the other.</summary>
internal sealed class FilledBatch : IDisposable
{
    private const int FirstRecords = 256;

    private readonly RecordBatchWriter _writer = new();
    private SentRecord[] _records = new SentRecord[FirstRecords];
    private int _count;

    /// <summary>The records so far.</summary>
    public ArraySegment<SentRecord> Records => new(_records, 0, _count);

    /// <summary>Forgets the batch before.</summary>
    /// <param name="codec">Compresses the next.</param>
    public void Begin(BatchCodec codec)
    {
        _writer.Begin(new RecordBatchOptions { Codec = codec });
        _count = 0;
    }

    /// <summary>Adds the record that a cursor is at.</summary>
    /// <param name="record">The cursor.</param>
    /// <param name="size">Its <see cref="RecordCursor.Size"/>.</param>
    public void Add(RecordCursor record, long size)
    {
        _writer.Append(_count, record);
        if (_count == _records.Length)
        {
            Array.Resize(ref _records, 2 * _count);
        }

        _records[_count++] = new SentRecord(record.Offset, record.Timestamp, size);
    }

    /// <summary>Ends the batch.</summary>
    /// <param name="packer">Compresses it.</param>
    /// <returns>The batch, valid until this one begins anew, or <paramref name="packer"/> is used again. Whose it is, is to be said (<see cref="RecordBatchPatch.SetProducer"/>).</returns>
    public Memory<byte> Finish(RecordBatchPacker packer) => _writer.Finish(packer);

    /// <inheritdoc />
    public void Dispose() => _writer.Dispose();
}
