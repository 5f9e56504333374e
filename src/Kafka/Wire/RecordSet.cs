namespace KafkaBackup.Kafka.Wire;

/// <summary>Record batches inside a message, one after the other. After reading it is one part: a view of the frame, valid as long as that
/// is.</summary>
internal sealed class RecordSet
{
    /// <summary>No batches, which is not the same as null.</summary>
    public static RecordSet Empty { get; } = new([]);

    /// <summary>The batches of <paramref name="parts"/> in their order.</summary>
    public RecordSet(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        Parts = parts;
        Length = parts.Sum(part => part.Length);
    }

    /// <summary>The bytes, in pieces of whole batches.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Parts { get; }

    /// <summary>All bytes together.</summary>
    public int Length { get; }

    /// <summary>The bytes in one piece; copies unless they already are.</summary>
    public ReadOnlyMemory<byte> ToMemory()
    {
        if (Parts.Count == 1)
        {
            return Parts[0];
        }

        var whole = new byte[Length];
        var at = 0;
        foreach (var part in Parts)
        {
            part.CopyTo(whole.AsMemory(at));
            at += part.Length;
        }

        return whole;
    }
}
