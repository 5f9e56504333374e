namespace KafkaBackup.Shared.Protocol;

/// <summary>A journal event of a partition worker: a stored segment is not in the ledger and is not to be offered again.</summary>
/// <param name="Range">The offsets that it would have answered for.</param>
public sealed record SegmentDropped(OffsetRange Range) : IWireMessage;
