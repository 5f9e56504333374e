using System.Buffers;
using System.Text;
using Confluent.Kafka;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>A cursor over records from Confluent.Kafka, whose keys and values lie one after another in a pooled buffer. Used again and again.</summary>
internal sealed class ConfluentBatch : RecordCursor, IDisposable
{
    private const int FirstBytes = 64 * 1024;

    /// <summary>A buffer larger than this was for a record out of the ordinary, and is not kept.</summary>
    private const int MostKeptBytes = 4 * 1024 * 1024;

    /// <summary>What stands in a name in place of bytes that are not UTF-8: Confluent.Kafka makes it so.</summary>
    private const char UnreadableCharacter = '\uFFFD';

    private readonly List<Entry> _records = [];
    private byte[] _bytes = [];
    private int _used;
    private byte[] _name = new byte[64];
    private int _nameLength;
    private int _at = -1;
    private int _header = -1;

    public int Count => _records.Count;

    /// <summary>The bytes of keys and values.</summary>
    public int Bytes => _used;

    /// <summary>The offset after the last record.</summary>
    public long Next => _records[^1].Offset + 1;

    /// <summary>The leader epoch of the last record; null when the source keeps none.</summary>
    public int? LeaderEpoch { get; private set; }

    /// <summary>The offset of the first record with a header name that is not UTF-8; null: none.</summary>
    public long? FirstChangedHeaderName { get; private set; }

    public override long Offset => _records[_at].Offset;

    public override long Timestamp => _records[_at].Timestamp;

    public override NullableSpan Key => Span(_records[_at].Key);

    public override NullableSpan Value => Span(_records[_at].Value);

    public override int HeaderCount => _records[_at].Headers?.Count ?? 0;

    public override ReadOnlySpan<byte> HeaderName => _name.AsSpan(0, _nameLength);

    public override NullableSpan HeaderValue => NullableSpan.Of(_records[_at].Headers![_header].GetValueBytes());

    /// <summary>Takes in the bytes of a key or value, which need not become part of a record.</summary>
    public BatchSlice Copy(ReadOnlySpan<byte> data)
    {
        if (_bytes.Length - _used < data.Length)
        {
            Grow(checked(_used + data.Length));
        }

        data.CopyTo(_bytes.AsSpan(_used));
        _used += data.Length;
        return new BatchSlice(_used - data.Length, data.Length);
    }

    /// <summary>Adds a record whose key and value were taken in.</summary>
    public void Add(ConsumeResult<BatchSlice, BatchSlice> result)
    {
        var message = result.Message;
        var timestamp = message.Timestamp.Type == TimestampType.NotAvailable ? NoTimestamp : message.Timestamp.UnixTimestampMs;
        if (FirstChangedHeaderName is null && message.Headers is { } headers && HasUnreadableName(headers))
        {
            FirstChangedHeaderName = result.Offset.Value;
        }

        _records.Add(new Entry(result.Offset.Value, timestamp, message.Key, message.Value, message.Headers));
        LeaderEpoch = result.LeaderEpoch;
    }

    /// <summary>Makes the batch empty.</summary>
    public void Clear()
    {
        _records.Clear();
        (_used, _at, _header, FirstChangedHeaderName) = (0, -1, -1, null);
        if (_bytes.Length > MostKeptBytes)
        {
            Dispose();
        }
    }

    public override bool MoveNext()
    {
        if (_at + 1 >= _records.Count)
        {
            return false;
        }

        _at++;
        _header = -1;
        return true;
    }

    public override bool MoveNextHeader()
    {
        if (_header + 1 >= HeaderCount)
        {
            return false;
        }

        var name = _records[_at].Headers![++_header].Key;
        var needed = Encoding.UTF8.GetMaxByteCount(name.Length);
        if (_name.Length < needed)
        {
            _name = new byte[needed];
        }

        _nameLength = Encoding.UTF8.GetBytes(name, _name);
        return true;
    }

    public override void RestartHeaders() => _header = -1;

    /// <summary>Gives the buffer back. The batch is empty then.</summary>
    public void Dispose()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        (_bytes, _used) = ([], 0);
        _records.Clear();
    }

    private static bool HasUnreadableName(Headers headers)
    {
        for (var i = 0; i < headers.Count; i++)
        {
            if (headers[i].Key.Contains(UnreadableCharacter))
            {
                return true;
            }
        }

        return false;
    }

    private NullableSpan Span(BatchSlice slice) => slice == BatchSlice.Null ? NullableSpan.Null : NullableSpan.Of(_bytes.AsSpan(slice.Start, slice.Length));

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(2L * _bytes.Length, Math.Max(FirstBytes, needed), Array.MaxLength));
        _bytes.AsSpan(0, _used).CopyTo(larger);
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = larger;
    }

    private readonly record struct Entry(long Offset, long Timestamp, BatchSlice Key, BatchSlice Value, Headers? Headers);
}
