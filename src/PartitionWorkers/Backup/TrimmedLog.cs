using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.PartitionWorkers.Backup;

/// <summary>Decides what an OFFSET_OUT_OF_RANGE means: records that retention deleted, or a log that is no longer the one backed up.</summary>
public static class TrimmedLog
{
    /// <summary>The part of <paramref name="uncovered"/> that is proven gone, because the log start offset has moved past it.</summary>
    /// <returns>Null when the log did not start later but ends earlier: nothing proves those records deleted by intent.</returns>
    public static OffsetRange? Gap(OffsetRange uncovered, PartitionBounds bounds) =>
        bounds.LogStartOffset > uncovered.Base ? new OffsetRange(uncovered.Base, Math.Min(bounds.LogStartOffset, uncovered.Next)) : null;
}
