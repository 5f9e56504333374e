using KafkaBackup.Kafka.Wire.Records;

namespace KafkaBackup.EmbeddedKafka.Logs;

/// <summary>Offsets by time.</summary>
internal sealed partial class PartitionLog
{
    /// <summary>The first record of <paramref name="timestamp"/> or later that lies before <paramref name="end"/>; null if there is none.</summary>
    public TimedOffset? FindByTime(long timestamp, long end)
    {
        lock (_lock)
        {
            using var reader = new RecordBatchReader();
            foreach (var batch in _batches.TakeWhile(batch => batch.Header.BaseOffset < end))
            {
                if (batch.Header.MaxTimestamp >= timestamp && FirstIn(batch, timestamp, reader) is { } found)
                {
                    return found.Offset < end ? found : null;
                }
            }

            return null;
        }
    }

    /// <summary>The record with the greatest timestamp, the first of several; null if there are no records.</summary>
    public TimedOffset? FindLatestTime()
    {
        lock (_lock)
        {
            using var reader = new RecordBatchReader();
            return _batches.Where(batch => batch.Header.RecordCount > 0).MaxBy(batch => batch.Header.MaxTimestamp) is { } latest
                ? FirstIn(latest, latest.Header.MaxTimestamp, reader)
                : null;
        }
    }

    private TimedOffset? FirstIn(LogBatch batch, long timestamp, RecordBatchReader reader)
    {
        reader.Open(batch.Bytes, verifyCrc: false);
        while (reader.MoveNext())
        {
            if (reader.Timestamp >= timestamp && reader.Offset >= _logStart)
            {
                return new TimedOffset(reader.Offset, reader.Timestamp);
            }
        }

        return null;
    }
}
