namespace KafkaBackup.Shared.Protocol;

/// <summary>Between which offsets and times at the source the records lie that were restored.</summary>
/// <param name="FirstOffset">The source offset of the first of them.</param>
/// <param name="LastOffset">The source offset of the last.</param>
/// <param name="Earliest">The earliest timestamp, ms since 1970.</param>
/// <param name="Latest">The latest timestamp.</param>
public sealed record RestoredSpan(long FirstOffset, long LastOffset, long Earliest, long Latest)
{
    /// <summary>The span of both.</summary>
    public static RestoredSpan? Of(RestoredSpan? one, RestoredSpan? other) => one is null || other is null
        ? one ?? other
        : new RestoredSpan(
            Math.Min(one.FirstOffset, other.FirstOffset), Math.Max(one.LastOffset, other.LastOffset), Math.Min(one.Earliest, other.Earliest), Math.Max(one.Latest, other.Latest));
}
