namespace KafkaBackup.Shared.Kafka;

/// <summary>Writes records into partitions of a cluster.</summary>
public interface IRecordSink : IDisposable
{
    /// <summary>Opens a writer to the end of <paramref name="partition"/>. Opening does no I/O.</summary>
    /// <param name="partition">The partition, which nobody else writes to.</param>
    /// <param name="end">Its end, which the first record's offset will be: when it is not, somebody else does write to it.</param>
    /// <param name="sharers">How many writers share the memory that one would take for what is on its way.</param>
    /// <param name="limits">How its topic wants records. Default: as by Kafka's own settings.</param>
    IRecordWriter Open(PartitionId partition, long end = 0, int sharers = 1, TargetLimits? limits = null);
}
