using KafkaBackup.Kafka.Wire.Records;

namespace KafkaBackup.EmbeddedKafka.Logs;

/// <summary>A record batch as a partition keeps it: the producer's bytes with the offsets filled in.</summary>
/// <param name="Header">The header, of the bytes as they are kept.</param>
/// <param name="Bytes">The whole batch.</param>
internal sealed record LogBatch(RecordBatchHeader Header, byte[] Bytes)
{
    /// <summary>What a batch costs beside its bytes, about.</summary>
    private const int Overhead = 192;

    /// <summary>What the batch counts against the memory limit.</summary>
    public long Cost => CostOf(Bytes.Length);

    /// <summary>What a batch of so many bytes counts against the memory limit.</summary>
    public static long CostOf(int bytes) => bytes + Overhead;
}
