namespace KafkaBackup.Shared.Ledger.Repair;

/// <summary>One partition of a ledger that was made anew.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Range">From the first offset that the backup answers for up to where it ends.</param>
/// <param name="Segments">How many segments it names.</param>
/// <param name="NewSegments">How many of these the ledger did not name before.</param>
/// <param name="Gaps">Ranges that are recorded as gone at the source.</param>
/// <param name="Uncovered">Ranges between others that nothing answers for: the next run reads them again.</param>
public sealed record RepairedPartition(
    PartitionId Partition, OffsetRange Range, int Segments, int NewSegments, IReadOnlyList<OffsetRange> Gaps, IReadOnlyList<OffsetRange> Uncovered);
