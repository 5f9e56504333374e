namespace KafkaBackup.Shared.Configuration;

/// <summary><c>backup.start_offset</c>: where a partition that was never backed up starts.</summary>
/// <remarks>OSO's <c>latest</c> is refused: its tool reads from the earliest offset with it, and a backup that silently leaves out all that
/// a topic holds is not what anybody should get by a word.</remarks>
public sealed record StartOffset
{
    /// <summary>Start at the log start offset. The default.</summary>
    public static StartOffset Earliest { get; } = new();

    /// <summary>Offsets by partition (<c>!specific {topic: {partition: offset}}</c> or the same as a plain map); others start at the earliest.</summary>
    public IReadOnlyDictionary<PartitionId, long> Specific { get; init; } = new Dictionary<PartitionId, long>();

    /// <summary>The first offset wanted of <paramref name="partition"/>; never below the log start offset.</summary>
    public long For(PartitionId partition, long logStartOffset) => Math.Max(logStartOffset, Specific.GetValueOrDefault(partition, logStartOffset));
}
