using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Segments;

/// <summary>The records of a stored segment, whichever of the two formats it has, and what it says of itself.</summary>
public abstract class SegmentRecords : RecordCursor, IDisposable
{
    /// <summary>The codec of the records.</summary>
    public abstract CompressionCodec Codec { get; }

    /// <summary>How many records there are. A KBAK segment's header promises that many, and reading fails when there are fewer.</summary>
    public abstract long RecordCount { get; }

    /// <summary>The first record's offset. Of a KBAK segment it is the header's word, which nothing here compares with the record. 0 without records.</summary>
    public abstract long StartOffset { get; }

    /// <summary>The last record's offset, inclusive, likewise. -1 without records.</summary>
    public abstract long EndOffset { get; }

    /// <summary>Opens a segment: KBAK, or the JSON of releases before there was KBAK.</summary>
    /// <param name="stored">The whole object; it must stay as it is until disposal.</param>
    /// <param name="key">Its key, for messages.</param>
    /// <exception cref="StorageException">It is no sound segment; the message says what is wrong. Moving on throws the same.</exception>
    public static SegmentRecords Open(ReadOnlyMemory<byte> stored, string key) =>
        stored.Span.StartsWith(SegmentFormat.Magic) ? new SegmentReader(stored, key) : new JsonSegmentReader(stored, key);

    /// <inheritdoc />
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives back what the reader holds. May come more than once.</summary>
    protected abstract void Dispose(bool disposing);
}
