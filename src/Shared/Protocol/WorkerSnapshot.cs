namespace KafkaBackup.Shared.Protocol;

/// <summary>What a partition worker's journal amounts to so far.</summary>
/// <param name="Position">The highest offset after a committed entry; null before the first.</param>
/// <param name="Records">Records committed.</param>
/// <param name="StoredBytes">Bytes of their segments.</param>
public sealed record WorkerSnapshot(long? Position, long Records, long StoredBytes) : IWireMessage;
