namespace KafkaBackup.Kafka.Wire;

/// <summary>What a request asks for: Kafka's numbers of the messages described here.</summary>
internal enum ApiKey : short
{
    Produce = 0,
    Fetch = 1,
    ListOffsets = 2,
    Metadata = 3,
    OffsetCommit = 8,
    OffsetFetch = 9,
    FindCoordinator = 10,
    DescribeGroups = 15,
    ListGroups = 16,
    SaslHandshake = 17,
    ApiVersions = 18,
    CreateTopics = 19,
    DeleteTopics = 20,
    DeleteRecords = 21,
    InitProducerId = 22,
    OffsetForLeaderEpoch = 23,
    AddPartitionsToTxn = 24,
    EndTxn = 26,
    DescribeConfigs = 32,
    SaslAuthenticate = 36,
    DescribeCluster = 60,
    DescribeTopicPartitions = 75,
}
