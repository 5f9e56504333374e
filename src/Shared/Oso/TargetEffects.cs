using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Shared.Oso;

/// <summary>What a topic at the target would do, by its own settings, to the records that are restored into it: how many it would delete or refuse, in reports.</summary>
/// <param name="DeletedForAge">Older than <c>retention.ms</c> keeps.</param>
/// <param name="RefusedForTime">Outside of what <c>message.timestamp.before.max.ms</c> and <c>message.timestamp.after.max.ms</c> let in.</param>
/// <param name="RefusedWithoutKey">Without a key, where the topic is compacted.</param>
/// <param name="RefusedForSize">Larger than <c>max.message.bytes</c>; counted by dry runs only.</param>
/// <param name="AreLeftOut">Whether the first three kinds are left out.</param>
public sealed record TargetEffects(long DeletedForAge, long RefusedForTime, long RefusedWithoutKey, long RefusedForSize, bool AreLeftOut)
{
    /// <summary>What <paramref name="harms"/> come to; null when there is none.</summary>
    public static TargetEffects? Of(RecordHarms harms, bool areLeftOut) =>
        harms == default ? null : new TargetEffects(harms.TooOld, harms.OutOfTime, harms.WithoutKey, harms.TooLarge, areLeftOut);
}
