using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Shared.Segments;

/// <summary>Finds out what a segment really holds, whatever anybody says of it.</summary>
public static class SegmentInspector
{
    /// <summary>Decodes all records of a segment.</summary>
    /// <param name="stored">The whole object.</param>
    /// <param name="key">Its key.</param>
    /// <param name="look">Sees each record. Default: nobody does.</param>
    /// <returns>What it holds; null when that is no record at all.</returns>
    /// <exception cref="Storage.StorageException">It is no sound segment; the message says what is wrong.</exception>
    public static SegmentInfo? Inspect(ReadOnlyMemory<byte> stored, string key, Action<RecordCursor>? look = null)
    {
        using var records = SegmentRecords.Open(stored, key);
        var (count, bytes, first, last) = (0L, 0L, 0L, 0L);
        var times = new RecordTimes();
        while (records.MoveNext())
        {
            first = count == 0 ? records.Offset : first;
            last = records.Offset;
            times.Add(records.Timestamp);
            (count, bytes) = (count + 1, bytes + RecordSize(records));
            look?.Invoke(records);
        }

        return count == 0 ? null : new SegmentInfo
        {
            Key = key,
            StartOffset = first,
            EndOffset = last,
            MinTimestamp = times.Least,
            MaxTimestamp = times.Greatest,
            RecordCount = count,
            UncompressedSize = bytes,
            CompressedSize = stored.Length,
        };
    }

    /// <summary>What a record takes in the body of a KBAK segment, its length field included.</summary>
    private static long RecordSize(RecordCursor record)
    {
        long size = 4 + SegmentFormat.MinRecordLength + record.Key.Bytes.Length + record.Value.Bytes.Length;
        record.RestartHeaders();
        while (record.MoveNextHeader())
        {
            size += 2 + record.HeaderName.Length + 4 + record.HeaderValue.Bytes.Length;
        }

        record.RestartHeaders();
        return size;
    }
}
