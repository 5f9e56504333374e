namespace KafkaBackup.Shared.Kafka;

/// <summary>Reads committed records of partitions, without a consumer group and without a trace at the source.</summary>
public interface IRecordSource : IDisposable
{
    /// <summary>Opens a stream of the committed records of <paramref name="range"/>. Opening does no I/O; reading does.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="range">What to read.</param>
    /// <param name="leaderEpoch">The leader epoch of the last record before the range, when it is known. The stream then makes sure that this record
    /// is still in the source's log before it returns any other: see <see cref="LogDivergedException"/>.</param>
    IRecordStream Open(PartitionId partition, OffsetRange range, int? leaderEpoch = null);
}
