using KafkaBackup.EmbeddedKafka.Logs;
using KafkaBackup.EmbeddedKafka.Topics;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Kafka.Wire.Records;

namespace KafkaBackup.EmbeddedKafka.Requests;

/// <summary>Appends what producers send.</summary>
internal sealed class ProduceHandler(BrokerParts parts)
{
    private readonly BatchCheck _check = new(parts.Clock);

    /// <summary>Answers Produce; null where the producer wants no answer.</summary>
    public ProduceResponse? Produce(ProduceRequest request, short version)
    {
        var hasValidAcks = request.Acks is 0 or 1 or -1;
        var response = new ProduceResponse();
        foreach (var sent in request.Topics)
        {
            var topic = version < 13 ? parts.Topics.Find(sent.Name) : parts.Topics.Find(sent.TopicId);
            var unknown = version < 13 ? KafkaError.UnknownTopicOrPartition : KafkaError.UnknownTopicId;
            response.Topics.Add(new ProduceResponse.Topic
            {
                Name = sent.Name,
                TopicId = sent.TopicId,
                Partitions = sent.Partitions.Select(partition => Answer(partition, hasValidAcks
                    ? Append(request.TransactionalId, topic, unknown, partition, version)
                    : AppendResult.Refused(KafkaError.InvalidRequiredAcks, $"{request.Acks} acknowledgements cannot be had."), topic)).ToList(),
            });
        }

        if (request.Acks != 0)
        {
            return response;
        }

        // Who wants no answer learns of a refusal by the end of the connection, as from Kafka's own brokers.
        return response.Topics.SelectMany(topic => topic.Partitions).FirstOrDefault(partition => partition.ErrorCode != KafkaError.None) is { } refused
            ? throw new ConnectionRefusedException(
                $"A batch sent without acknowledgement was refused: {refused.ErrorCode} {refused.ErrorMessage}")
            : null;
    }

    private AppendResult Append(string? transactionalId, Topic? topic, KafkaError unknown, ProduceRequest.Partition sent, short version)
    {
        if (topic is null)
        {
            return AppendResult.Refused(unknown, "There is no such topic.");
        }

        if (topic.Partition(sent.Index) is not { } log)
        {
            return AppendResult.Refused(KafkaError.UnknownTopicOrPartition, $"The topic has {topic.Partitions.Count} partitions.");
        }

        var records = sent.Records?.ToMemory() ?? ReadOnlyMemory<byte>.Empty;
        if (RefuseAttributes(records.Span, transactionalId, version) is { } early)
        {
            return early;
        }

        if (_check.Refuse(records, topic.Settings, out var batch) is { } refused)
        {
            return refused;
        }

        if (!batch.Header.IsTransactional)
        {
            return log.Append(batch);
        }

        var result = parts.Transactions.Append(transactionalId!, log, batch, joinsByItself: version >= 12);
        return result.Error == KafkaError.InvalidTxnState && version >= 11 ? result with { Error = KafkaError.TransactionAbortable } : result;
    }

    /// <summary>What a request of this version may not carry, whatever else is in the batch.</summary>
    private static AppendResult? RefuseAttributes(ReadOnlySpan<byte> records, string? transactionalId, short version)
    {
        var attributes = records.Length < RecordBatchHeader.Size ? 0 : records[RecordBatchLayout.Attributes + 1];
        if (version < 7 && (attributes & RecordBatchLayout.CodecMask) == (int)BatchCodec.Zstd)
        {
            return AppendResult.Refused(KafkaError.UnsupportedCompressionType, "Zstandard came with version 7 of the request.");
        }

        return transactionalId is null && (attributes & RecordBatchLayout.TransactionalBit) != 0
            ? AppendResult.Refused(KafkaError.TransactionalIdAuthorizationFailed, "A transactional batch came without a transactional id.")
            : null;
    }

    private static ProduceResponse.Partition Answer(ProduceRequest.Partition sent, AppendResult result, Topic? topic) => new()
    {
        Index = sent.Index,
        ErrorCode = result.Error,
        ErrorMessage = result.Message,
        BaseOffset = result.BaseOffset,
        LogAppendTimeMs = result.LogAppendTime,
        RecordErrors = result.Records.Select(record => new ProduceResponse.RecordError
        {
            BatchIndex = record.Index,
            Message = record.Problem,
        }).ToList(),
        LogStartOffset = result.ReachedLog ? topic?.Partition(sent.Index)?.Bounds.LogStart ?? -1 : -1,
    };
}
