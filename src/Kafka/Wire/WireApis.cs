using KafkaBackup.Kafka.Wire.Messages;

namespace KafkaBackup.Kafka.Wire;

/// <summary>Every kind of request that is described here.</summary>
internal static class WireApis
{
    /// <summary>All of them, by key.</summary>
    public static IReadOnlyList<WireApi> All { get; } =
    [
        ProduceRequest.Api,
        FetchRequest.Api,
        ListOffsetsRequest.Api,
        MetadataRequest.Api,
        OffsetCommitRequest.Api,
        OffsetFetchRequest.Api,
        FindCoordinatorRequest.Api,
        DescribeGroupsRequest.Api,
        ListGroupsRequest.Api,
        SaslHandshakeRequest.Api,
        ApiVersionsRequest.Api,
        CreateTopicsRequest.Api,
        DeleteTopicsRequest.Api,
        DeleteRecordsRequest.Api,
        InitProducerIdRequest.Api,
        OffsetForLeaderEpochRequest.Api,
        AddPartitionsToTxnRequest.Api,
        EndTxnRequest.Api,
        DescribeConfigsRequest.Api,
        SaslAuthenticateRequest.Api,
        DescribeClusterRequest.Api,
        DescribeTopicPartitionsRequest.Api,
    ];

    private static readonly Dictionary<ApiKey, WireApi> ByKey = All.ToDictionary(api => api.Key);

    /// <summary>The description of <paramref name="key"/>, if there is one.</summary>
    public static WireApi? Find(ApiKey key) => ByKey.GetValueOrDefault(key);
}
