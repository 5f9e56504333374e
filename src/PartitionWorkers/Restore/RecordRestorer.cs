using System.Text;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Segments;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>Makes of a stored record what it was before the backup, and leaves out those that are not wanted.</summary>
/// <param name="section">What is wanted.</param>
/// <param name="progress">Is told of each record; null: of none, as it was told before.</param>
internal sealed class RecordRestorer(RestoreSection section, RestoreProgress? progress)
{
    /// <summary>The record that is to be sent; null when it is not wanted.</summary>
    /// <param name="record">As it is stored.</param>
    /// <param name="source">The partition that it comes from.</param>
    public OutgoingRecord? Restore(RecordCursor record, PartitionId source)
    {
        var restored = section.Admits(record.Timestamp) ? Outgoing(record, source) : null;
        progress?.Read(restored?.Size ?? 0);
        return restored;
    }

    private OutgoingRecord Outgoing(RecordCursor record, PartitionId source)
    {
        var headers = new List<KeyValuePair<string, byte[]?>>(record.HeaderCount);
        record.RestartHeaders();
        while (record.MoveNextHeader())
        {
            headers.Add(new(Encoding.UTF8.GetString(record.HeaderName), Bytes(record.HeaderValue)));
        }

        var appended = OriginalHeaders.CountAppended(headers, record.Offset, record.Timestamp);
        headers.RemoveRange(headers.Count - appended, appended);
        if (section.IncludesOriginalOffset)
        {
            headers.Add(new(OriginalHeaders.Offset, OriginalHeaders.Value(record.Offset)));
            headers.Add(new(OriginalHeaders.Timestamp, OriginalHeaders.Value(record.Timestamp)));
            headers.Add(new(OriginalHeaders.Partition, OriginalHeaders.Value(source.Number)));
        }

        return new OutgoingRecord(Bytes(record.Key), Bytes(record.Value), record.Timestamp, headers, record.Offset);
    }

    private static byte[]? Bytes(NullableSpan field) => field.IsNull ? null : field.Bytes.ToArray();
}
