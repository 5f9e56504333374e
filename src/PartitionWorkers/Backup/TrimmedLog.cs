using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared;

namespace KafkaBackup.PartitionWorkers.Backup;

/// <summary>Decides what an OFFSET_OUT_OF_RANGE means: records that retention deleted, or a log that is no longer the one backed up.</summary>
public static class TrimmedLog
{
    /// <summary>The part of <paramref name="uncovered"/> that is proven gone, because the log start offset has moved past it.</summary>
    /// <returns>Null when the log did not start later but ends earlier: nothing proves those records deleted by intent.</returns>
    public static OffsetRange? Gap(OffsetRange uncovered, PartitionBounds bounds) =>
        bounds.LogStartOffset > uncovered.Base ? new OffsetRange(uncovered.Base, Math.Min(bounds.LogStartOffset, uncovered.Next)) : null;

    /// <summary>What to say when nothing is proven gone: the broker's answer was of a moment, or the log ends before what is wanted.</summary>
    public static Fault Failure(PartitionId partition, long wanted, PartitionBounds bounds) => wanted <= bounds.HighWatermark
        ? new Fault(FailureKind.Source,
            $"The broker had no offset {wanted} of {partition} when it was read, though its log reaches from {bounds.LogStartOffset} to {bounds.HighWatermark}.", IsRetryable: true)
        : new Fault(FailureKind.Source,
            $"{partition} has no offset {wanted}: its log now reaches from {bounds.LogStartOffset} to {bounds.HighWatermark}. Records were lost at the source, "
            + "or the topic was deleted and made anew. Nothing was recorded as a gap.", IsRetryable: false);
}
