using KafkaBackup.EmbeddedKafka.Logs;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;

namespace KafkaBackup.EmbeddedKafka.Requests;

/// <summary>Serves idempotent and transactional producers.</summary>
internal sealed class TransactionHandlers(BrokerParts parts)
{
    private const sbyte GroupKey = 0;
    private const sbyte TransactionKey = 1;

    /// <summary>Answers FindCoordinator.</summary>
    public FindCoordinatorResponse Find(FindCoordinatorRequest request, short version)
    {
        var keys = version < 4 ? [request.Key] : request.Keys;
        var found = keys.ConvertAll(key => request.KeyType is GroupKey or TransactionKey
            ? new FindCoordinatorResponse.Coordinator
            {
                Key = key,
                NodeId = BrokerIdentity.NodeId,
                Host = parts.Identity.Host,
                Port = parts.Identity.Endpoint.Port,
            }
            : new FindCoordinatorResponse.Coordinator
            {
                Key = key,
                NodeId = -1,
                Port = -1,
                ErrorCode = KafkaError.InvalidRequest,
                ErrorMessage = "The embedded broker has coordinators of groups and transactions only.",
            });
        if (version >= 4)
        {
            return new FindCoordinatorResponse { Coordinators = found };
        }

        var only = found[0];
        return new FindCoordinatorResponse
        {
            NodeId = only.NodeId,
            Host = only.Host,
            Port = only.Port,
            ErrorCode = only.ErrorCode,
            ErrorMessage = only.ErrorMessage,
        };
    }

    /// <summary>Answers InitProducerId.</summary>
    public InitProducerIdResponse Init(InitProducerIdRequest request, short version)
    {
        if (request.ProducerId == -1 != (request.ProducerEpoch == -1))
        {
            return new InitProducerIdResponse { ErrorCode = KafkaError.InvalidRequest };
        }

        var (error, identity) = parts.Transactions.Init(
            request.TransactionalId, request.TransactionTimeoutMs, new ProducerIdentity(request.ProducerId, request.ProducerEpoch));
        return new InitProducerIdResponse { ErrorCode = Fenced(error, version >= 4), ProducerId = identity.Id, ProducerEpoch = identity.Epoch };
    }

    /// <summary>Answers AddPartitionsToTxn.</summary>
    public AddPartitionsToTxnResponse AddPartitions(AddPartitionsToTxnRequest request, short version)
    {
        if (version < 4)
        {
            var producer = new ProducerIdentity(request.ProducerId, request.ProducerEpoch);
            return new AddPartitionsToTxnResponse { Topics = Add(request.TransactionalId, producer, request.Topics, isFencedKnown: version >= 2) };
        }

        return new AddPartitionsToTxnResponse
        {
            Transactions = request.Transactions.ConvertAll(asked => new AddPartitionsToTxnResponse.Transaction
            {
                TransactionalId = asked.TransactionalId,
                Topics = Add(
                    asked.TransactionalId, new ProducerIdentity(asked.ProducerId, asked.ProducerEpoch), asked.Topics, verifyOnly: asked.VerifyOnly),
            }),
        };
    }

    /// <summary>Answers EndTxn.</summary>
    public EndTxnResponse End(EndTxnRequest request, short version)
    {
        var producer = new ProducerIdentity(request.ProducerId, request.ProducerEpoch);
        var (error, next) = parts.Transactions.End(request.TransactionalId, producer, request.Committed, bumpsEpoch: version >= 5);
        return new EndTxnResponse { ErrorCode = Fenced(error, version >= 2), ProducerId = next.Id, ProducerEpoch = next.Epoch };
    }

    private List<AddPartitionsToTxnResponse.Topic> Add(
        string id, ProducerIdentity producer, List<AddPartitionsToTxnRequest.Topic> topics, bool verifyOnly = false, bool isFencedKnown = true)
    {
        var logs = new List<PartitionLog>();
        var isComplete = true;
        foreach (var topic in topics)
        {
            var found = topic.Partitions.ConvertAll(index => parts.Topics.Find(topic.Name)?.Partition(index));
            isComplete &= !found.Contains(null);
            logs.AddRange(found.OfType<PartitionLog>());
        }

        // All or none: a transaction that had only some of its partitions would not end in the others.
        var error = !isComplete ? KafkaError.OperationNotAttempted
            : verifyOnly ? KafkaError.None
            : Fenced(parts.Transactions.AddPartitions(id, producer, logs), isFencedKnown);
        return topics.ConvertAll(topic => new AddPartitionsToTxnResponse.Topic
        {
            Name = topic.Name,
            Partitions = topic.Partitions.ConvertAll(index => new AddPartitionsToTxnResponse.Partition
            {
                Index = index,
                ErrorCode = parts.Topics.Find(topic.Name)?.Partition(index) is not { } log ? KafkaError.UnknownTopicOrPartition
                    : verifyOnly && isComplete ? parts.Transactions.VerifyPartition(id, producer, log)
                    : error,
            }),
        });
    }

    /// <summary>Older clients know a fenced producer by the epoch that is not its own any more.</summary>
    private static KafkaError Fenced(KafkaError error, bool isFencedKnown) =>
        error == KafkaError.ProducerFenced && !isFencedKnown ? KafkaError.InvalidProducerEpoch : error;
}
