using Confluent.Kafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Writes through a producer of librdkafka for each codec, which all partitions share whose topics want that.</summary>
/// <param name="clients">Makes them.</param>
/// <param name="batchBytes">How large a batch is at most, before compression: less than the smallest topic takes.</param>
/// <param name="settings">How records are sent. Default: as those of a restore that says nothing of it.</param>
public sealed class KafkaRecordSink(KafkaClients clients, int batchBytes, ProduceSettings? settings = null) : IRecordSink
{
    private readonly ClientErrors _errors = new(TimeProvider.System);
    private readonly Lock _gate = new();
    private readonly Dictionary<RecordCodec, IProducer<byte[]?, byte[]?>> _producers = []; // A producer has one codec, whatever its topics.
    private readonly ProduceSettings _settings = settings ?? new ProduceSettings();
    private bool _isDisposed;

    /// <inheritdoc />
    public IRecordWriter Open(PartitionId partition, long end = 0, int sharers = 1, TargetLimits? limits = null) =>
        new KafkaRecordWriter(this, partition, end, sharers, limits ?? TargetLimits.Default);

    /// <summary>Who acknowledges records.</summary>
    internal ProduceAcks Acks => _settings.Acks;

    /// <summary>The producer for a topic with these limits, made when it is needed first.</summary>
    internal IProducer<byte[]?, byte[]?> ProducerFor(TargetLimits limits)
    {
        var codec = limits.Codec ?? _settings.Compression;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_producers.TryGetValue(codec, out var producer))
            {
                producer = clients.CreateProducer(_errors, batchBytes, codec, _settings);
                _producers.Add(codec, producer);
            }

            return producer;
        }
    }

    /// <summary>The cluster takes records: what the client complained about before is over.</summary>
    internal void Heard() => _errors.Reset();

    /// <summary>Why a record did not arrive.</summary>
    internal BackupException Failure(PartitionId partition, OutgoingRecord record, Error error) => error.Code switch
    {
        ErrorCode.MsgSizeTooLarge => new BackupException(FailureKind.Source,
            $"{partition} does not take the record of offset {record.SourceOffset} at the source, of {record.Size:N0} bytes, or its batch: raise "
            + $"max.message.bytes of topic '{partition.Topic}', or message.max.bytes of the brokers at {clients.Address} where the topic has none, and restore again."),
        ErrorCode.InvalidTimestamp => new BackupException(FailureKind.Source,
            $"{partition} does not take the time {record.Timestamp} (ms since 1970) of the record of offset {record.SourceOffset} at the source: see "
            + $"log.message.timestamp.before.max.ms, log.message.timestamp.after.max.ms and log.message.timestamp.difference.max.ms of the brokers at {clients.Address}."),
        _ => clients.Failure($"Cannot write the record of offset {record.SourceOffset} at the source to {partition}", error, _errors),
    };

    /// <summary>A record arrived where it should not have.</summary>
    internal BackupException Displaced(PartitionId partition, OutgoingRecord record, long offset, long expected) => new(FailureKind.Source,
        $"The record of offset {record.SourceOffset} at the source arrived at offset {offset} of {partition} at {clients.Address}, where {expected} would have been the next: somebody else "
        + $"writes to this topic, or did so while it was restored{(Acks == ProduceAcks.All ? "" : ", or its leader has lost records or got some twice, as restore.produce_acks: 1 lets it")}."
        + (IsOld(record) ? " Or the broker took a request that was repeated for another one: it forgets the producers of records that are older than its producer.id.expiration.ms, as when it is started anew." : "")
        + " Delete it, and restore it again.");

    /// <summary>Older than brokers remember producers by default, which they do by the times of records.</summary>
    private static bool IsOld(OutgoingRecord record) => record.Timestamp < TimeProvider.System.GetUtcNow().AddDays(-1).ToUnixTimeMilliseconds();

    /// <inheritdoc />
    /// <remarks>What is not sent by then never is. Once more does nothing.</remarks>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }

        Parallel.ForEach(_producers.Values, producer => producer.Dispose()); // One behind the other the last would send until its turn came.
        _errors.Dispose();
    }
}
