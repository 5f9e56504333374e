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

    /// <summary><c>topics</c>: names or globs of topics in the backup. Default: empty, all.</summary>
    public IReadOnlyList<string> Topics { get; init; } = [];

    /// <summary><c>keys</c> and the lines of <c>keys_file</c>: a record with one of them is named. Default: empty.</summary>
    public IReadOnlyCollection<byte[]> Keys
    {
        get => _keys;
        init => _keys = new HashSet<byte[]>(value, ByteSequenceComparer.Instance);
    }

    /// <summary><c>headers</c>: a record with one of these headers, of this value, is named. Default: empty.</summary>
    public IReadOnlyList<KeyValuePair<string, byte[]>> Headers { get; init; } = [];

    /// <summary>Whether records of <paramref name="topic"/>, as the backup calls it, are concerned.</summary>
    public bool IsFor(string topic) => Topics.Count == 0 || Topics.Any(glob => TopicFilter.IsMatch(glob, topic));

    /// <summary>The record as it is restored; null when it is left out.</summary>
    public OutgoingRecord? Apply(OutgoingRecord record) => (Action, Names(record)) switch
    {
        (RecordFilterAction.Drop, true) or (RecordFilterAction.Keep, false) => null,
        (RecordFilterAction.Tombstone, true) => record with { Value = null, Headers = [] },
        _ => record,
    };

    private bool Names(OutgoingRecord record) => (record.Key is { } key && _keys.Contains(key))
        || (Headers.Count > 0 && record.Headers.Any(there => there.Value is { } value && Headers.Any(header => header.Key == there.Key && value.AsSpan().SequenceEqual(header.Value))));

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
