using System.Text;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Client;

/// <summary>Makes a batch of records, one after the other in the same buffers.</summary>
internal sealed class RecordBatchEncoder(BatchCodec codec) : IDisposable
{
    private readonly RecordBatchWriter _writer = new();
    private RecordHeader[] _headers = [];

    /// <summary>Encodes and compresses <paramref name="records"/>.</summary>
    /// <returns>The batch, valid until the next one. Whose it is, is to be said (<see cref="RecordBatchPatch.SetProducer"/>).</returns>
    public Memory<byte> Encode(IReadOnlyList<OutgoingRecord> records)
    {
        _writer.Begin(new RecordBatchOptions { Codec = codec });
        for (var number = 0; number < records.Count; number++)
        {
            var record = records[number];
            _writer.Append(number, record.Timestamp, SpanOf(record.Key), SpanOf(record.Value), HeadersOf(record));
        }

        return _writer.Finish();
    }

    /// <inheritdoc />
    public void Dispose() => _writer.Dispose();

    private static NullableSpan SpanOf(byte[]? bytes) => bytes is null ? NullableSpan.Null : NullableSpan.Of(bytes);

    private ReadOnlySpan<RecordHeader> HeadersOf(OutgoingRecord record)
    {
        if (_headers.Length < record.Headers.Count)
        {
            _headers = new RecordHeader[record.Headers.Count];
        }

        for (var at = 0; at < record.Headers.Count; at++)
        {
            var (name, value) = record.Headers[at];
            _headers[at] = new RecordHeader(Encoding.UTF8.GetBytes(name), value is null ? (ReadOnlyMemory<byte>?)null : value);
        }

        return _headers.AsSpan(0, record.Headers.Count);
    }
}
