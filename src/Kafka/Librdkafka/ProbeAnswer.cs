using Confluent.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>What a partition's leader told of its log.</summary>
/// <param name="End">Where the log ends, exclusive; what waits for a transaction included.</param>
/// <param name="Error">Why nothing was told; null when it was.</param>
internal readonly record struct ProbeAnswer(long End, Error? Error)
{
    /// <summary>Whether the cluster answers, and knows of nobody who leads the partition.</summary>
    public bool IsLeaderless => Error?.Code is ErrorCode.Local_UnknownPartition or ErrorCode.LeaderNotAvailable;
}
