namespace KafkaBackup.Shared.Protocol;

/// <summary>A journal event of a partition worker: an entry of its own is in the ledger.</summary>
/// <param name="Range">The offsets it answers for.</param>
/// <param name="Records">Records in its segment; 0 for a gap or a range without records.</param>
/// <param name="StoredBytes">Size of its segment.</param>
public sealed record SegmentCommitted(OffsetRange Range, long Records, long StoredBytes) : IWireMessage;
