namespace KafkaBackup.Shared.Kafka;

/// <summary>Writes records into partitions of a cluster.</summary>
public interface IRecordSink : IDisposable
{
    /// <summary>Opens a writer to the end of <paramref name="partition"/>. Opening does no I/O.</summary>
    IRecordWriter Open(PartitionId partition);
}
