using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Testing.Kafka;

/// <summary>A cursor over records in memory. Reading a record or header that it is not at throws, where a real one would show rubbish.</summary>
internal sealed class TestRecordCursor(IEnumerable<TestRecord> records) : RecordCursor
{
    private readonly IEnumerator<TestRecord> _records = records.GetEnumerator();
    private TestRecord? _current;
    private int _header = -1;

    public override long Offset => Current.Offset;

    public override long Timestamp => Current.Timestamp;

    public override NullableSpan Key => NullableSpan.Of(Current.Key);

    public override NullableSpan Value => NullableSpan.Of(Current.Value);

    public override int HeaderCount => Current.Headers.Count;

    public override ReadOnlySpan<byte> HeaderName => Current.Headers[_header].Name;

    public override NullableSpan HeaderValue => NullableSpan.Of(Current.Headers[_header].Value);

    private TestRecord Current => _current ?? throw new InvalidOperationException("The cursor is at no record.");

    public override bool MoveNext()
    {
        _current = _records.MoveNext() ? _records.Current : null;
        _header = -1;
        return _current is not null;
    }

    public override bool MoveNextHeader()
    {
        if (_header < Current.Headers.Count)
        {
            _header++;
        }

        return _header < Current.Headers.Count;
    }

    public override void RestartHeaders() => _header = -1;
}
