using System.Text;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Segments;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>Makes of a stored record what it was before the backup, and leaves out those that are not wanted.</summary>
/// <param name="section">What is wanted.</param>
/// <param name="rules">What the topic at the target would do to them.</param>
/// <param name="progress">Is told of each record; null: of none, as it was told before.</param>
internal sealed class RecordRestorer(RestoreSection section, RecordRules rules, RestoreProgress? progress)
{
    private long _dropped;
    private long _tombstones;

    /// <summary>What <see cref="RestoreSection.RecordFilters"/> have done so far.</summary>
    public FilteredRecords Filtered => new(Volatile.Read(ref _dropped), Volatile.Read(ref _tombstones));

    /// <summary>What the rules say of the records that filters have let through so far.</summary>
    public RecordHarms Harms { get; private set; }

    /// <summary>The record that is to be sent; null when it is not wanted.</summary>
    /// <param name="record">As it is stored.</param>
    /// <param name="source">The partition that it comes from.</param>
    public OutgoingRecord? Restore(RecordCursor record, PartitionId source)
    {
        var restored = section.Admits(source, record.Offset, record.Timestamp) ? Judge(Filter(Original(record), source)) : null;
        if (restored is not null && section.IncludesOriginalOffset)
        {
            restored = restored with { Headers = [.. restored.Headers, .. OriginOf(record, source)] };
        }

        progress?.Read(restored?.Size ?? 0);
        return restored;
    }

    /// <summary>Null when the topic would not keep it, and such are left out.</summary>
    private OutgoingRecord? Judge(OutgoingRecord? record)
    {
        if (record is null || rules.HarmOf(record.Timestamp, record.Key is not null) is not (var harm and not RecordHarm.None))
        {
            return record;
        }

        Harms = Harms.With(harm);
        return rules.LeavesOut ? null : record;
    }

    private static OutgoingRecord Original(RecordCursor record)
    {
        var headers = new List<KeyValuePair<string, byte[]?>>(record.HeaderCount);
        record.RestartHeaders();
        while (record.MoveNextHeader())
        {
            headers.Add(new(Encoding.UTF8.GetString(record.HeaderName), Bytes(record.HeaderValue)));
        }

        var appended = OriginalHeaders.CountAppended(headers, record.Offset, record.Timestamp);
        headers.RemoveRange(headers.Count - appended, appended);
        return new OutgoingRecord(Bytes(record.Key), Bytes(record.Value), record.Timestamp, headers, record.Offset);
    }

    private OutgoingRecord? Filter(OutgoingRecord record, PartitionId source)
    {
        OutgoingRecord? filtered = record;
        foreach (var filter in section.RecordFilters)
        {
            if (filtered is not null && filter.IsFor(source.Topic))
            {
                filtered = filter.Apply(filtered);
            }
        }

        if (filtered is null)
        {
            _dropped++;
        }
        else if (!ReferenceEquals(filtered, record))
        {
            _tombstones++;
        }

        return filtered;
    }

    private static IEnumerable<KeyValuePair<string, byte[]?>> OriginOf(RecordCursor record, PartitionId source) =>
    [
        new(OriginalHeaders.Offset, OriginalHeaders.Value(record.Offset)),
        new(OriginalHeaders.Timestamp, OriginalHeaders.Value(record.Timestamp)),
        new(OriginalHeaders.Partition, OriginalHeaders.Value(source.Number)),
    ];

    private static byte[]? Bytes(NullableSpan field) => field.IsNull ? null : field.Bytes.ToArray();
}
