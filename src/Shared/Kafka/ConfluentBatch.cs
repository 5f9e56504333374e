using System.Text;
using Confluent.Kafka;

namespace KafkaBackup.Shared.Kafka;

/// <summary>A cursor over messages that Confluent.Kafka made.</summary>
internal sealed class ConfluentBatch : RecordCursor
{
    private readonly List<Message<byte[]?, byte[]?>> _messages = [];
    private readonly List<long> _offsets = [];
    private byte[] _name = new byte[64];
    private int _nameLength;
    private int _at = -1;
    private int _header = -1;

    public int Count => _messages.Count;

    public long Bytes { get; private set; }

    /// <summary>The offset after the last record.</summary>
    public long Next => _offsets[^1] + 1;

    public override long Offset => _offsets[_at];

    public override long Timestamp => _messages[_at].Timestamp.UnixTimestampMs;

    public override NullableSpan Key => NullableSpan.Of(_messages[_at].Key);

    public override NullableSpan Value => NullableSpan.Of(_messages[_at].Value);

    public override int HeaderCount => _messages[_at].Headers?.Count ?? 0;

    public override ReadOnlySpan<byte> HeaderName => _name.AsSpan(0, _nameLength);

    public override NullableSpan HeaderValue => NullableSpan.Of(_messages[_at].Headers[_header].GetValueBytes());

    public void Add(ConsumeResult<byte[]?, byte[]?> result)
    {
        _messages.Add(result.Message);
        _offsets.Add(result.Offset.Value);
        Bytes += (result.Message.Key?.Length ?? 0) + (result.Message.Value?.Length ?? 0);
    }

    public override bool MoveNext()
    {
        if (_at + 1 >= _messages.Count)
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

        var name = _messages[_at].Headers[++_header].Key;
        var needed = Encoding.UTF8.GetMaxByteCount(name.Length);
        if (_name.Length < needed)
        {
            _name = new byte[needed];
        }

        _nameLength = Encoding.UTF8.GetBytes(name, _name);
        return true;
    }

    public override void RestartHeaders() => _header = -1;
}
