namespace KafkaBackup.Shared.Kafka;

/// <summary>A record by itself, wherever it was read: a cursor that stands at it, and has no other to move to.</summary>
/// <param name="offset">Its offset.</param>
/// <param name="timestamp">Its time, ms since 1970, or <see cref="RecordCursor.NoTimestamp"/>.</param>
/// <param name="key">The key; null for none.</param>
/// <param name="value">The value; null for a tombstone.</param>
/// <param name="headers">The headers in their order: names in UTF-8, which may repeat, and values, which may be null.</param>
public sealed class RecordCopy(long offset, long timestamp, byte[]? key, byte[]? value, IReadOnlyList<KeyValuePair<byte[], byte[]?>>? headers = null)
    : RecordCursor
{
    private readonly IReadOnlyList<KeyValuePair<byte[], byte[]?>> _headers = headers ?? [];
    private int _next;

    /// <inheritdoc />
    public override long Offset => offset;

    /// <inheritdoc />
    public override long Timestamp => timestamp;

    /// <inheritdoc />
    public override NullableSpan Key => NullableSpan.Of(key);

    /// <inheritdoc />
    public override NullableSpan Value => NullableSpan.Of(value);

    /// <inheritdoc />
    public override int HeaderCount => _headers.Count;

    /// <inheritdoc />
    public override ReadOnlySpan<byte> HeaderName => _headers[_next - 1].Key;

    /// <inheritdoc />
    public override NullableSpan HeaderValue => NullableSpan.Of(_headers[_next - 1].Value);

    /// <summary>Copies the record that a cursor is at.</summary>
    public static RecordCopy Of(RecordCursor record)
    {
        var headers = new List<KeyValuePair<byte[], byte[]?>>(record.HeaderCount);
        record.RestartHeaders();
        while (record.MoveNextHeader())
        {
            headers.Add(new(record.HeaderName.ToArray(), record.HeaderValue.ToArray()));
        }

        return new RecordCopy(record.Offset, record.Timestamp, record.Key.ToArray(), record.Value.ToArray(), headers);
    }

    /// <inheritdoc />
    public override bool MoveNext() => false;

    /// <inheritdoc />
    public override bool MoveNextHeader() => _next < _headers.Count && ++_next > 0;

    /// <inheritdoc />
    public override void RestartHeaders() => _next = 0;
}
