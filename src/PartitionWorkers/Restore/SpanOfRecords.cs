using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>Takes in records, and tells between which offsets and times they lie.</summary>
/// <param name="noted">What an earlier attempt has restored; null: nothing.</param>
internal sealed class SpanOfRecords(RestoredSoFar? noted)
{
    private long _first = long.MaxValue;
    private long _last = long.MinValue;
    private long _earliest = long.MaxValue;
    private long _latest = long.MinValue;

    /// <summary>The span so far; null: of nothing, or not known, as versions without it have noted records. From any thread: it may be behind by a record.</summary>
    public RestoredSpan? Span => noted is { Records: > 0, Span: null } ? null : RestoredSpan.Of(
        noted?.Span, Volatile.Read(ref _last) is >= 0 and var last ? new RestoredSpan(Volatile.Read(ref _first), last, Volatile.Read(ref _earliest), Volatile.Read(ref _latest)) : null);

    /// <summary>Takes in a record.</summary>
    public void Pass(long offset, long timestamp)
    {
        Volatile.Write(ref _earliest, Math.Min(_earliest, timestamp));
        Volatile.Write(ref _latest, Math.Max(_latest, timestamp));
        Volatile.Write(ref _first, Math.Min(_first, offset));
        Volatile.Write(ref _last, Math.Max(_last, offset));
    }
}
