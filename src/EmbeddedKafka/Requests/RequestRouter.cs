using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Kafka.Wire;

namespace KafkaBackup.EmbeddedKafka.Requests;

/// <summary>Answers requests, each by the handler of its kind.</summary>
internal sealed class RequestRouter(BrokerParts parts, Action<IWireStruct>? witness = null, Action<IWireStruct>? amend = null)
{
    private readonly MetadataHandlers _metadata = new(parts);
    private readonly ProduceHandler _produce = new(parts);
    private readonly FetchHandler _fetch = new(parts);
    private readonly OffsetHandlers _offsets = new(parts);
    private readonly TopicHandlers _topics = new(parts);
    private readonly ConfigHandlers _configs = new(parts);
    private readonly TransactionHandlers _transactions = new(parts);
    private readonly GroupHandlers _groups = new(parts);

    /// <summary>Answers one request; null where the client wants no answer.</summary>
    /// <exception cref="ConnectionRefusedException">The connection is to be closed instead of an answer.</exception>
    public async ValueTask<IWireStruct?> AnswerAsync(RequestHeader header, IWireStruct request, CancellationToken cancellation)
    {
        witness?.Invoke(request);
        var answer = await DispatchAsync(header, request, cancellation);
        if (answer is not null)
        {
            amend?.Invoke(answer);
        }

        return answer;
    }

    private async ValueTask<IWireStruct?> DispatchAsync(RequestHeader header, IWireStruct request, CancellationToken cancellation)
    {
        return request switch
        {
            ProduceRequest produce => _produce.Produce(produce, header.Version),
            FetchRequest fetch => await _fetch.FetchAsync(fetch, header.Version, cancellation),
            ListOffsetsRequest list => _offsets.List(list, header.Version),
            MetadataRequest metadata => _metadata.Describe(metadata, header.Version),
            OffsetCommitRequest commit => _groups.Commit(commit, header.Version),
            OffsetFetchRequest fetch => _groups.Fetch(fetch, header.Version),
            FindCoordinatorRequest find => _transactions.Find(find, header.Version),
            DescribeGroupsRequest describe => _groups.Describe(describe, header.Version),
            ListGroupsRequest list => _groups.List(list),
            ApiVersionsRequest versions => ApiVersionsHandler.Answer(versions, header.Version),
            CreateTopicsRequest create => _topics.Create(create),
            DeleteTopicsRequest delete => _topics.Delete(delete, header.Version),
            DeleteRecordsRequest delete => _offsets.DeleteRecords(delete),
            OffsetForLeaderEpochRequest epochs => _offsets.FindEpochs(epochs),
            InitProducerIdRequest init => _transactions.Init(init, header.Version),
            AddPartitionsToTxnRequest add => _transactions.AddPartitions(add, header.Version),
            EndTxnRequest end => _transactions.End(end, header.Version),
            DescribeConfigsRequest describe => _configs.Describe(describe),
            DescribeClusterRequest describe => _metadata.DescribeCluster(describe),
            DescribeTopicPartitionsRequest describe => _metadata.DescribePartitions(describe),
            _ => throw new ConnectionRefusedException($"It asked for {header.Key}, which the embedded broker does not serve."),
        };
    }
}
