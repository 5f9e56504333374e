namespace KafkaBackup.Shared.Kafka;

/// <summary>A record on its way into a cluster.</summary>
/// <param name="Key">The key; null for none.</param>
/// <param name="Value">The value; null for a tombstone.</param>
/// <param name="Timestamp">The producer's time, ms since 1970, or <see cref="RecordCursor.NoTimestamp"/>.</param>
/// <param name="Headers">The headers in their order; names may repeat, values may be null.</param>
/// <param name="SourceOffset">Where it was at the source, for messages.</param>
public sealed record OutgoingRecord(
    byte[]? Key, byte[]? Value, long Timestamp, IReadOnlyList<KeyValuePair<string, byte[]?>> Headers, long SourceOffset)
{
    /// <summary>About how many bytes it has.</summary>
    public long Size => (Key?.Length ?? 0) + (Value?.Length ?? 0) + Headers.Sum(header => header.Key.Length + (header.Value?.Length ?? 0));
}
