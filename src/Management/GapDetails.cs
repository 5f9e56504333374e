using KafkaBackup.Shared.Oso;

namespace KafkaBackup.Management;

/// <summary>A range of offsets that was gone at the source before it could be read, as the API shows it.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition's number.</param>
/// <param name="StartOffset">The first offset that is gone.</param>
/// <param name="EndOffset">The first one behind them.</param>
/// <param name="Reason">OSO's reason code.</param>
/// <param name="DetectedAt">When that was seen; null when what stands there is no time.</param>
public sealed record GapDetails(string Topic, int Partition, long StartOffset, long EndOffset, string Reason, DateTimeOffset? DetectedAt)
{
    /// <summary>Those of a backup, in order.</summary>
    internal static IReadOnlyList<GapDetails> Of(StatusReport report) => [.. report.Stored
        .SelectMany(partition => partition.Value.Gaps, (partition, gap) => new GapDetails(
            partition.Key.Topic, partition.Key.Number, gap.StartOffset, gap.EndOffset, gap.Reason, TimeOf(gap.DetectedAt)))
        .OrderBy(gap => gap.Topic, StringComparer.Ordinal).ThenBy(gap => gap.Partition).ThenBy(gap => gap.StartOffset)];

    private static DateTimeOffset? TimeOf(long milliseconds) =>
        milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
}
