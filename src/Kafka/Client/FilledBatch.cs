using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Client;

/// <summary>Records that will travel together, written down as they come, so that nothing of where they were read is held. It is used for one batch after the other.</summary>
internal sealed class FilledBatch : IDisposable
{
    private const int FirstRecords = 16;

    private readonly RecordBatchWriter _writer = new();
    private SentRecord[] _records = new SentRecord[FirstRecords];
    private int _count;

    /// <summary>The records so far.</summary>
    public ArraySegment<SentRecord> Records => new(_records, 0, _count);

    /// <summary>How many bytes they take in the batch before it is compressed.</summary>
    public int PlainBytes => _writer.PlainBytes;

    /// <summary>Forgets the batch before.</summary>
    /// <param name="options">Of the next.</param>
    public void Begin(RecordBatchOptions options)
    {
        _writer.Begin(options);
        _count = 0;
    }

    /// <summary>Adds the record that a cursor is at.</summary>
    /// <param name="record">The cursor.</param>
    /// <param name="size">Its <see cref="RecordCursor.Size"/>.</param>
    public void Add(RecordCursor record, long size)
    {
        if (_count == _records.Length)
        {
            Array.Resize(ref _records, 2 * _count);
        }

        _writer.Append(_count, record);
        _records[_count++] = new SentRecord(record.Offset, record.Timestamp, size);
    }

    /// <summary>Ends the batch.</summary>
    /// <param name="packer">Compresses it.</param>
    /// <returns>The batch, valid until this one begins anew, or <paramref name="packer"/> is used again. Whose it is, is to be said (<see cref="RecordBatchPatch.SetProducer"/>).</returns>
    public Memory<byte> Finish(RecordBatchPacker packer) => _writer.Finish(packer);

    /// <inheritdoc />
    public void Dispose() => _writer.Dispose();
}
