namespace KafkaBackup.PartitionWorkers.Backup;

/// <summary>A partition's records take more memory than its permit stands for.</summary>
internal sealed class OutgrownException() : Exception("The records take more memory than their permit stands for.");
