using KafkaBackup.EmbeddedKafka.Logs;
using KafkaBackup.EmbeddedKafka.Topics;
using KafkaBackup.Shared.Kafka.Wire;
using KafkaBackup.Shared.Kafka.Wire.Messages;

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
        if (_check.Refuse(records, topic.Settings, out var header) is { } refused)
        {
            return refused;
        }

        if (!header.IsTransactional)
        {
            return log.Append(header, records.Span);
        }

        if (transactionalId is null)
        {
            return AppendResult.Refused(KafkaError.InvalidRecord, "A transactional batch came without a transactional id.");
        }

        var result = parts.Transactions.Append(transactionalId, log, header, records.Span, joinsByItself: version >= 12);
        return result.Error == KafkaError.InvalidTxnState && version >= 11 ? result with { Error = KafkaError.TransactionAbortable } : result;
    }

    private static ProduceResponse.Partition Answer(ProduceRequest.Partition sent, AppendResult result, Topic? topic) => new()
    {
        Index = sent.Index,
        ErrorCode = result.Error,
        ErrorMessage = result.Message,
        BaseOffset = result.BaseOffset,
        LogAppendTimeMs = result.LogAppendTime,
        LogStartOffset = result.Error == KafkaError.None ? topic?.Partition(sent.Index)?.Bounds.LogStart ?? -1 : -1,
    };
}
