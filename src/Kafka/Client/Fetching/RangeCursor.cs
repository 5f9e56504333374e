using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Client.Fetching;

/// <summary>Those records of a batch that lie in a range: batches begin before it, and end behind it.</summary>
internal sealed class RangeCursor : RecordCursor
{
    private RecordCursor _records = null!;
    private long _from;
    private long _to;

    /// <inheritdoc />
    public override long Offset => _records.Offset;

    /// <inheritdoc />
    public override long Timestamp => _records.Timestamp;

    /// <inheritdoc />
    public override NullableSpan Key => _records.Key;

    /// <inheritdoc />
    public override NullableSpan Value => _records.Value;

    /// <inheritdoc />
    public override int HeaderCount => _records.HeaderCount;

    /// <inheritdoc />
    public override ReadOnlySpan<byte> HeaderName => _records.HeaderName;

    /// <inheritdoc />
    public override NullableSpan HeaderValue => _records.HeaderValue;

    /// <summary>Takes of <paramref name="records"/> the offsets from <paramref name="from"/> to below <paramref name="to"/>.</summary>
    public RecordCursor Within(RecordCursor records, long from, long to)
    {
        (_records, _from, _to) = (records, from, to);
        return this;
    }

    /// <inheritdoc />
    public override bool MoveNext()
    {
        while (_records.MoveNext())
        {
            if (_records.Offset >= _from)
            {
                return _records.Offset < _to;
            }
        }

        return false;
    }

    /// <inheritdoc />
    public override bool MoveNextHeader() => _records.MoveNextHeader();

    /// <inheritdoc />
    public override void RestartHeaders() => _records.RestartHeaders();
}
