namespace KafkaBackup.Shared.Kafka;

/// <summary>Reads committed records of partitions, without a consumer group and without a trace at the source.</summary>
public interface IRecordSource : IDisposable
{
    /// <summary>Opens a stream of the committed records of <paramref name="range"/>. Opening does no I/O; reading does.</summary>
    IRecordStream Open(PartitionId partition, OffsetRange range);
}
