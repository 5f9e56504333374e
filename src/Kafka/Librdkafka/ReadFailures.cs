using Confluent.Kafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Puts into words why one partition cannot be read on.</summary>
internal sealed class ReadFailures(KafkaClients clients, PartitionId partition)
{
    /// <summary>The failure of a call, by what the client threw.</summary>
    public BackupException Of(KafkaException e, long at, ClientErrors errors) =>
        e.Error.Code is ErrorCode.OffsetOutOfRange or ErrorCode.Local_AutoOffsetReset
            ? OutOfRange(e, at)
            : TopicRights.Failure(partition.Topic, e.Error, e)
                ?? clients.Failure($"Cannot read {partition} from offset {at}", e.Error, errors, cause: e);

    /// <summary>The failure of a client that is not of librdkafka.</summary>
    public BackupException Of(long at, BackupException cause) => cause is OffsetsGoneException
        ? cause
        : new BackupException(cause.Kind, $"Cannot read {partition} from offset {at}: {cause.Message.TrimEnd('.')}.", cause)
        {
            IsRetryable = cause.IsRetryable || cause.EndsRun, // As soon as the files are in order.
            EndsRun = cause.EndsRun,
        };

    /// <summary>The failure of a client that is not of librdkafka, by the broker's answer.</summary>
    public BackupException Of(long at, Error error)
    {
        using var errors = new ClientErrors(TimeProvider.System);
        return TopicRights.Failure(partition.Topic, error) ?? clients.Failure($"Cannot read {partition} from offset {at}", error, errors);
    }

    /// <summary>Nothing was heard for too long by a client that is not of librdkafka.</summary>
    /// <param name="at">Where it is.</param>
    /// <param name="trouble">What it heard last; null: nothing.</param>
    public BackupException Silent(long at, BackupException? trouble) => new(FailureKind.Source,
        $"Nothing came of {partition} from offset {at} for {ReadStall.StallLimit.TotalSeconds:0} s: {trouble?.Message.TrimEnd('.') ?? "its leader sends nothing"}. Check {clients.Cluster.ServersName} and that the brokers can be reached from here.", trouble)
    {
        IsRetryable = true,
    };

    /// <summary>What came is no batch, or not as it was written.</summary>
    public BackupException Damaged(long at, BackupException cause) => new(FailureKind.Source,
        $"Cannot read {partition} from offset {at}: {cause.Message.TrimEnd('.')}. Check the broker's disks and log with kafka-dump-log.sh, "
        + $"or leave the topic out with {clients.Cluster.Name}.topics.exclude.", cause);

    /// <summary>Nothing was heard for too long.</summary>
    public BackupException Silent(long at, ClientErrors errors) => clients.Failure(
        $"Nothing came of {partition} from offset {at} for {ReadStall.StallLimit.TotalSeconds:0} s", new Error(ErrorCode.Local_TimedOut), errors);

    /// <summary>All brokers refuse.</summary>
    public BackupException Refused(long at, ClientErrors errors) =>
        clients.Failure($"Cannot read {partition} from offset {at}", new Error(ErrorCode.Local_AllBrokersDown), errors);

    /// <summary>No partition of the source was heard of for too long.</summary>
    public BackupException SourceAway(long at) => new(FailureKind.Source, $"Cannot read {partition} from offset {at} at {clients.Address}: "
        + $"no partition could be read for {SourceStall.Limit.TotalMinutes:0} minutes. Run again when the brokers can be reached.");

    /// <summary>A batch comes that is larger than an answer may be.</summary>
    public BackupException TooLarge(long at, long bytes) => new(FailureKind.Source,
        $"Cannot read {partition} from offset {at}: the batch there takes {bytes:N0} bytes, and within backup.max_memory_bytes there is "
        + $"room for {clients.LargestAnswer:N0}. Set it to twice the batch's size, {2 * bytes}, or more, "
        + $"or leave the topic out with {clients.Cluster.Name}.topics.exclude.");

    /// <summary>A batch unpacks to more than it may.</summary>
    public BackupException UnpacksToTooMuch(long at, long packed, Exception cause, string codec = "zstd") => new(FailureKind.Source,
        $"Cannot read {partition} from offset {at}: the batch there takes {packed:N0} bytes packed with {codec}, and unpacks to more than the "
        + $"{clients.LargestAnswer:N0} for which there is room within backup.max_memory_bytes. "
        + (clients.LargestAnswer == int.MaxValue
            ? "That is all that the Kafka client can unpack: leave"
            : "Set it to twice the unpacked size, or leave")
        + $" the topic out with {clients.Cluster.Name}.topics.exclude.", cause);

    /// <summary>librdkafka compares epochs itself when the leader changes while it reads, and gives a log that was cut the code of any
    /// other end of reading.</summary>
    private BackupException OutOfRange(KafkaException e, long at) => e.Error.Reason.Contains("truncation", StringComparison.OrdinalIgnoreCase)
        ? new BackupException(
            FailureKind.Source, $"The log of {partition} was cut before offset {at} while it was read: {e.Error.Reason.TrimEnd('.')}.", e)
        {
            IsRetryable = true,
        }
        : new OffsetsGoneException(partition, at);
}
