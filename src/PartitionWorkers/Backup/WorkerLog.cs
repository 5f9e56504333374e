using KafkaBackup.Shared;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.PartitionWorkers.Backup;

/// <summary>What a user reads of partitions that do not go as planned.</summary>
public sealed partial class WorkerLog(ILogger<WorkerLog> logger)
{
    /// <summary>How Kafka Streams calls the topics through which it sends records to itself.</summary>
    private const string RepartitionSuffix = "-repartition";

    /// <summary>What is said until this is disposed of, here and in what is begun here, is about <paramref name="backup"/>.</summary>
    public IDisposable? About(BackupId backup) => logger.BeginScope(backup);

    /// <summary>A failure that may pass.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Partition}: {Problem} Trying again in {Pause} ms")]
    public partial void TryingAgain(PartitionId partition, string problem, long pause);

    /// <summary>Retention was faster, or an application that deletes what it has processed.</summary>
    public void Gone(PartitionId partition, long first, long last) => LogGone(
        partition, first, last, partition.Topic.EndsWith(RepartitionSuffix, StringComparison.Ordinal)
            ? $" Kafka Streams deletes from such a topic what it has processed: if that is no loss, leave it out with source.topics.exclude: [\"*{RepartitionSuffix}\"]."
            : "");

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Partition}: offsets {First} to {Last} were deleted at the source before they were backed up; the gap is recorded.{Hint}")]
    private partial void LogGone(PartitionId partition, long first, long last, string hint);

    /// <summary>Another writer committed the same offsets.</summary>
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Partition} goes on from what the ledger says: {Range} is not its to commit")]
    public partial void Superseded(PartitionId partition, OffsetRange range);

    /// <summary>The journal of this node is of no use any more.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}")]
    public partial void JournalFailed(string problem);
}
