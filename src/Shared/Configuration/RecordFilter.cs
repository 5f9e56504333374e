using System.Security.Cryptography;
using System.Text;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Shared.Configuration;

/// <summary>An entry of <c>restore.record_filters</c>: names records by their keys or headers, and says what becomes of them.</summary>
/// <param name="Action">What becomes of them.</param>
public sealed record RecordFilter(RecordFilterAction Action)
{
    private string? _fingerprint; // A list may be long, and is asked for by each topic.
    private readonly HashSet<byte[]> _keys = new(ByteSequenceComparer.Instance);
    private readonly List<(byte[] Name, byte[] Value)> _headers = [];

    /// <summary><c>topics</c>: names or globs of topics in the backup. Default: empty, all.</summary>
    public IReadOnlyList<string> Topics { get; init; } = [];

    /// <summary><c>keys</c> and the lines of <c>keys_file</c>: a record with one of them is named. Default: empty.</summary>
    public IReadOnlyCollection<byte[]> Keys
    {
        get => _keys;
        init => _keys = new HashSet<byte[]>(value, ByteSequenceComparer.Instance);
    }

    /// <summary><c>headers</c>: a record with one of these headers, of this value, is named. Default: empty.</summary>
    public IReadOnlyList<KeyValuePair<string, byte[]>> Headers
    {
        get;
        init
        {
            field = value;
            _headers = [.. value.Select(header => (Encoding.UTF8.GetBytes(header.Key), header.Value))];
        }
    } = [];

    /// <summary>Whether records of <paramref name="topic"/>, as the backup calls it, are concerned.</summary>
    public bool IsFor(string topic) => Topics.Count == 0 || Topics.Any(glob => TopicFilter.IsMatch(glob, topic));

    /// <summary>What becomes of the record that a cursor is at.</summary>
    public RecordFate FateOf(RecordCursor record) => (Action, HasKey(record.Key) || HasHeader(record)) switch
    {
        (RecordFilterAction.Drop, true) or (RecordFilterAction.Keep, false) => RecordFate.LeftOut,
        (RecordFilterAction.Tombstone, true) => RecordFate.Tombstone,
        _ => RecordFate.Kept,
    };

    private bool HasKey(NullableSpan key) => _keys.Count > 0 && !key.IsNull && _keys.GetAlternateLookup<ReadOnlySpan<byte>>().Contains(key.Bytes);

    private bool HasHeader(RecordCursor record)
    {
        if (_headers.Count == 0)
        {
            return false;
        }

        record.RestartHeaders();
        while (record.MoveNextHeader())
        {
            foreach (var (name, value) in _headers)
            {
                if (record.HeaderName.SequenceEqual(name) && record.HeaderValue.IsSame(NullableSpan.Of(value)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Tells filters apart, without telling what they name; the same for the same filters everywhere. Null for none.</summary>
    public static string? Fingerprint(IReadOnlyList<RecordFilter> filters)
    {
        if (filters.Count == 0)
        {
            return null;
        }

        return Hash(filters.Select(filter => filter._fingerprint ??= filter.MakeFingerprint()));
    }

    private string MakeFingerprint() => Hash(
    [
        $"{Action}", string.Join('\t', Topics.Order(StringComparer.Ordinal)),
        .. Keys.Select(Convert.ToHexString).Order(StringComparer.Ordinal),
        .. Headers.Select(header => $"{Convert.ToHexString(Encoding.UTF8.GetBytes(header.Key))}={Convert.ToHexString(header.Value)}").Order(StringComparer.Ordinal),
    ]);

    private static string Hash(IEnumerable<string> lines) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
}
