namespace KafkaBackup.Shared.Configuration;

/// <summary><c>backup.start_offset</c>: where a partition that was never backed up starts.</summary>
public sealed record StartOffset
{
    /// <summary>Start at the log start offset. The default.</summary>
    public static StartOffset Earliest { get; } = new();

    /// <summary>Start at the high watermark seen when the run is planned: only later records are backed up.</summary>
    public static StartOffset Latest { get; } = new() { IsLatest = true };

    /// <summary>Whether this is <see cref="Latest"/>.</summary>
    public bool IsLatest { get; private init; }

    /// <summary>Offsets by partition (<c>!specific {topic: {partition: offset}}</c> or the same as a plain map); others start at the earliest.</summary>
    public IReadOnlyDictionary<PartitionId, long> Specific { get; init; } = new Dictionary<PartitionId, long>();

    /// <summary>The first offset wanted of <paramref name="partition"/>, given what the log holds; never below the log start offset.</summary>
    public long For(PartitionId partition, long logStartOffset, long highWatermark) =>
        IsLatest ? highWatermark : Math.Max(logStartOffset, Specific.GetValueOrDefault(partition, logStartOffset));
}
