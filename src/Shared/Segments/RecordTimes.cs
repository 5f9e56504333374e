using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Shared.Segments;

/// <summary>The least and the greatest timestamp of some records. A record without one counts only where none has one.</summary>
internal struct RecordTimes
{
    private bool _isKnown;

    /// <summary>Nothing was added yet.</summary>
    public RecordTimes() => (Least, Greatest) = (RecordCursor.NoTimestamp, RecordCursor.NoTimestamp);

    /// <summary>The least of them, in ms since 1970; <see cref="RecordCursor.NoTimestamp"/> when no record has one.</summary>
    public long Least { get; private set; }

    /// <summary>The greatest of them, in ms since 1970; <see cref="RecordCursor.NoTimestamp"/> when no record has one.</summary>
    public long Greatest { get; private set; }

    /// <summary>Takes the timestamp of a record.</summary>
    public void Add(long timestamp)
    {
        if (timestamp == RecordCursor.NoTimestamp)
        {
            return;
        }

        (Least, Greatest) = _isKnown ? (Math.Min(Least, timestamp), Math.Max(Greatest, timestamp)) : (timestamp, timestamp);
        _isKnown = true;
    }
}
