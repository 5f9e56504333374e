namespace KafkaBackup.Shared.Protocol;

/// <summary>A message for one partition worker, by which sharding routes it.</summary>
public interface IPartitionMessage : IWireMessage
{
    /// <summary>The worker's identity.</summary>
    PartitionKey Key { get; }

    /// <summary>How many shards on from the partition's own the worker is, as nodes refused the work. Default: 0.</summary>
    int Placement => 0;
}
