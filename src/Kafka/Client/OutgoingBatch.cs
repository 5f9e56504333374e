using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Client;

/// <summary>A batch that is on its way to a leader.</summary>
/// <param name="Partition">Where it is to be appended.</param>
/// <param name="TopicId">The topic's id, as the leader was found; empty where brokers are too old to tell.</param>
/// <param name="Bytes">The batch as it travels. Nobody changes it before its end is known.</param>
internal sealed record OutgoingBatch(PartitionId Partition, Guid TopicId, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Whether it is on its way, rather than waiting for its turn.</summary>
    public bool IsSent { get; set; }

    /// <summary>Its end.</summary>
    public TaskCompletionSource<ProduceOutcome> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
