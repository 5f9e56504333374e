using KafkaBackup.Shared.Configuration;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>Tells that a window of time, or ranges of offsets, let not one record through, which is a mistake as a rule. Pure.</summary>
internal static class ChosenNothing
{
    /// <summary>1980. A time before it was meant in seconds, as a rule.</summary>
    private const long Early = 315_532_800_000;

    /// <summary>What is to be told where it turns out so; null: all records are wanted.</summary>
    /// <param name="restore">What is wanted.</param>
    /// <param name="orders">What would be restored.</param>
    public static string? Sentence(RestoreSection restore, IReadOnlyCollection<RestorePartition> orders)
    {
        var isWindow = restore.TimeWindowStart is not null || restore.TimeWindowEnd is not null;
        if (orders.Count == 0 || (!isWindow && restore.OffsetRanges.Count == 0))
        {
            return null;
        }

        var where = string.Join(" and ", ((string?[])[isWindow ? $"in the window {Window(restore)}" : null, restore.OffsetRanges.Count > 0 ? "within restore.offset_ranges" : null]).OfType<string>());
        var segments = orders.SelectMany(order => order.Segments).ToList();
        if (segments.Count == 0)
        {
            return restore.OffsetRanges.Count == 0 ? null : $"No record of the backup lies {where}.";
        }

        var oldest = segments.Min(segment => Math.Min(segment.StartTimestamp, segment.EndTimestamp));
        var newest = segments.Max(segment => Math.Max(segment.StartTimestamp, segment.EndTimestamp));
        return $"None of {orders.Sum(order => order.Records):N0} records in the backup lies {where}: it holds records from {ExistingTopicRules.Time(oldest)} to {ExistingTopicRules.Time(newest)}.{Hint(restore)}";
    }

    /// <summary>The sentence of a plan that has come to nothing; null when a record is there, or something else was in its way, which is told.</summary>
    public static string? Of(RestorePlan? plan, IReadOnlyCollection<PartitionRestored> partitions) =>
        plan?.NothingChosen is { } sentence && partitions.Count == plan.Orders.Count
            && partitions.All(partition => partition is { Failure: null, WasStopped: false, Records: 0, LeftOut: 0 } && partition.Filtered == default)
            ? sentence : null;

    private static string Window(RestoreSection restore) => (restore.TimeWindowStart, restore.TimeWindowEnd) switch
    {
        ({ } start, { } end) => $"from {ExistingTopicRules.Time(start)} to {ExistingTopicRules.Time(end)}",
        ({ } start, null) => $"from {ExistingTopicRules.Time(start)} on",
        (_, var end) => $"up to {ExistingTopicRules.Time(end ?? 0)}",
    };

    private static string Hint(RestoreSection restore)
    {
        (string Key, long? Value)[] times = [("restore.time_window_start", restore.TimeWindowStart), ("restore.time_window_end", restore.TimeWindowEnd)];
        return times.FirstOrDefault(time => time.Value is > 0 and < Early) is { Key: not null, Value: { } early } given
            ? $" Times are in milliseconds: {given.Key} is {early}, which in seconds would be {ExistingTopicRules.Time(early * 1000)}."
            : "";
    }
}
