using Confluent.Kafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Writes through one idempotent producer of librdkafka, which all partitions share.</summary>
/// <param name="clients">Makes it.</param>
/// <param name="batchBytes">How large a batch is at most, before compression: less than the smallest topic takes.</param>
public sealed class KafkaRecordSink(KafkaClients clients, int batchBytes) : IRecordSink
{
    private readonly ClientErrors _errors = new(TimeProvider.System);
    private readonly Lock _gate = new();
    private IProducer<byte[]?, byte[]?>? _producer;

    /// <inheritdoc />
    public IRecordWriter Open(PartitionId partition) => new KafkaRecordWriter(this, partition);

    /// <summary>The producer, made when it is needed first.</summary>
    internal IProducer<byte[]?, byte[]?> Producer
    {
        get
        {
            lock (_gate)
            {
                return _producer ??= clients.CreateProducer(_errors, batchBytes);
            }
        }
    }

    /// <summary>The cluster takes records: what the client complained about before is over.</summary>
    internal void Heard() => _errors.Reset();

    /// <summary>Why a record did not arrive.</summary>
    internal BackupException Failure(PartitionId partition, OutgoingRecord record, Error error) => error.Code switch
    {
        ErrorCode.MsgSizeTooLarge => new BackupException(FailureKind.Source,
            $"{partition} does not take the record of offset {record.SourceOffset} at the source, of {record.Size:N0} bytes, or its batch: raise "
            + $"message.max.bytes of the brokers at {clients.Address}, and restore again."),
        ErrorCode.InvalidTimestamp => new BackupException(FailureKind.Source,
            $"{partition} does not take the time {record.Timestamp} (ms since 1970) of the record of offset {record.SourceOffset} at the source: see "
            + $"log.message.timestamp.before.max.ms, log.message.timestamp.after.max.ms and log.message.timestamp.difference.max.ms of the brokers at {clients.Address}."),
        _ => clients.Failure($"Cannot write the record of offset {record.SourceOffset} at the source to {partition}", error, _errors),
    };

    /// <inheritdoc />
    public void Dispose()
    {
        _producer?.Dispose();
        _errors.Dispose();
    }
}
