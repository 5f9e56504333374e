namespace KafkaBackup.Shared.Kafka;

/// <summary>Walks over records without making an object for each. Spans are valid until the next move.</summary>
public abstract class RecordCursor
{
    /// <summary>The timestamp of a record that has none: it was written in a format of before Kafka 0.10, or its producer said so.</summary>
    public const long NoTimestamp = -1;

    /// <summary>The record's offset.</summary>
    public abstract long Offset { get; }

    /// <summary>The record's timestamp, ms since 1970: the broker's where the topic says LogAppendTime, else the producer's;
    /// <see cref="NoTimestamp"/> where there is none.</summary>
    public abstract long Timestamp { get; }

    /// <summary>The record's key.</summary>
    public abstract NullableSpan Key { get; }

    /// <summary>The record's value.</summary>
    public abstract NullableSpan Value { get; }

    /// <summary>How many headers the record has.</summary>
    public abstract int HeaderCount { get; }

    /// <summary>The current header's name in UTF-8.</summary>
    public abstract ReadOnlySpan<byte> HeaderName { get; }

    /// <summary>The current header's value.</summary>
    public abstract NullableSpan HeaderValue { get; }

    /// <summary>About how many bytes the record has: key, value, names and values of headers. Afterwards the cursor is behind the headers.</summary>
    public virtual long Size
    {
        get
        {
            var size = (long)Key.Bytes.Length + Value.Bytes.Length;
            if (HeaderCount > 0)
            {
                RestartHeaders();
                while (MoveNextHeader())
                {
                    size += HeaderName.Length + HeaderValue.Bytes.Length;
                }
            }

            return size;
        }
    }

    /// <summary>Moves to the next record; before the first call there is none.</summary>
    public abstract bool MoveNext();

    /// <summary>Moves to the current record's next header, in the order in which the producer wrote them.</summary>
    public abstract bool MoveNextHeader();

    /// <summary>Goes back to before the current record's first header.</summary>
    public abstract void RestartHeaders();
}
