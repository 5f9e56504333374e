using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Segments;

/// <summary>Reads a segment of releases of OSO's tool before there was KBAK: a JSON array of records, maybe in zstd.</summary>
/// <remarks>It says nothing of itself, so that it is read through once when it is opened, and damage shows then.</remarks>
internal sealed class JsonSegmentReader : SegmentRecords
{
    private readonly JsonRecords _records;
    private int _header;

    /// <summary>Opens a segment, as <see cref="SegmentRecords.Open"/> does.</summary>
    public JsonSegmentReader(ReadOnlyMemory<byte> stored, string key)
    {
        Codec = stored.Span.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]) ? CompressionCodec.Zstd : CompressionCodec.None;
        if (Codec == CompressionCodec.None && !stored.Span.TrimStart(" \t\r\n"u8).StartsWith("["u8))
        {
            throw new StorageException(key, $"{key} is damaged: it is neither a KBAK segment nor the JSON array of an older release.");
        }

        using (var all = new JsonRecords(BodyStreams.Open(stored, Codec), key))
        {
            while (all.MoveNext())
            {
                StartOffset = RecordCount == 0 ? all.Current.Offset : StartOffset;
                EndOffset = all.Current.Offset;
                RecordCount++;
            }
        }

        _records = new JsonRecords(BodyStreams.Open(stored, Codec), key);
    }

    public override CompressionCodec Codec { get; }

    public override long RecordCount { get; }

    public override long StartOffset { get; }

    public override long EndOffset { get; } = -1;

    public override long Offset => Record.Offset;

    public override long Timestamp => Record.Timestamp;

    public override NullableSpan Key => Record.Bytes(Record.Key);

    public override NullableSpan Value => Record.Bytes(Record.Value);

    public override int HeaderCount => Record.Headers.Count;

    public override ReadOnlySpan<byte> HeaderName => Record.Bytes(Record.Headers[_header].Name).Bytes;

    public override NullableSpan HeaderValue => Record.Bytes(Record.Headers[_header].Value);

    private JsonRecord Record => _records.Current;

    public override bool MoveNext()
    {
        RestartHeaders();
        return _records.MoveNext();
    }

    public override bool MoveNextHeader()
    {
        if (_header == HeaderCount - 1)
        {
            return false;
        }

        _header++;
        return true;
    }

    public override void RestartHeaders() => _header = -1;

    protected override void Dispose(bool disposing) => _records.Dispose();
}
