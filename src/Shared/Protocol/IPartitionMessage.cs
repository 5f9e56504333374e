namespace KafkaBackup.Shared.Protocol;

/// <summary>A message for one partition worker, by which sharding routes it.</summary>
public interface IPartitionMessage : IWireMessage
{
    /// <summary>The worker's identity.</summary>
    PartitionKey Key { get; }
}
