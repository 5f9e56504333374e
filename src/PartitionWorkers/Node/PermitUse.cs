namespace KafkaBackup.PartitionWorkers.Node;

/// <summary>How a node's memory is handed out at one moment.</summary>
/// <param name="Held">Permits that are out.</param>
/// <param name="Waiting">Workers that wait for one.</param>
/// <param name="UsedBytes">What the permits that are out stand for.</param>
/// <param name="MemoryBytes">What there is.</param>
public sealed record PermitUse(int Held, int Waiting, long UsedBytes, long MemoryBytes);
