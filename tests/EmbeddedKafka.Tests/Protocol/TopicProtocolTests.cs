using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests.Protocol;

public abstract class TopicProtocolTests : ProtocolTestBase
{
    [SkippableFact]
    public async Task A_topic_is_made_once()
    {
        Assert.Equal(KafkaError.TopicAlreadyExists, (await CreateAsync(Topic, 1)).ErrorCode);
        Assert.Equal(KafkaError.None, (await CreateAsync(Topic + ".x", 1)).ErrorCode);
        Assert.Equal(KafkaError.InvalidTopic, (await CreateAsync(Topic + "_x", 1)).ErrorCode);
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a b")]
    [InlineData("größe")]
    public async Task A_topic_needs_a_name_that_Kafka_allows(string name)
    {
        Assert.Equal(KafkaError.InvalidTopic, (await CreateAsync(name, 1)).ErrorCode);
        Assert.Equal(KafkaError.InvalidTopic, (await CreateAsync(name + new string('x', 250), 1)).ErrorCode);
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(-2)]
    public async Task A_topic_needs_partitions(int partitions)
    {
        Assert.Equal(KafkaError.InvalidPartitions, (await CreateAsync(Topic + "x", partitions)).ErrorCode);
    }

    [SkippableTheory]
    [InlineData("no.such.setting", "1")]
    [InlineData("retention.ms", "soon")]
    [InlineData("cleanup.policy", "burn")]
    [InlineData("message.timestamp.type", "logappendtime")]
    public async Task A_setting_that_Kafka_does_not_know_is_refused(string name, string value)
    {
        Assert.Equal(KafkaError.InvalidConfig, (await CreateAsync(Topic + "x", 1, (name, value))).ErrorCode);
    }

    [SkippableFact]
    public async Task One_request_makes_and_refuses_topics_each_for_itself()
    {
        var made = await CreateAllAsync(
            new() { Name = Topic + "a", NumPartitions = 1, ReplicationFactor = 1 },
            new() { Name = Topic + "b", NumPartitions = 1, ReplicationFactor = 1 },
            new() { Name = Topic + "b", NumPartitions = 1, ReplicationFactor = 1 },
            new() { Name = Topic + "c", NumPartitions = 1, ReplicationFactor = 3 },
            new() { Name = Topic + "d", NumPartitions = -1, ReplicationFactor = -1, Assignments = [new() { PartitionIndex = 0, BrokerIds = [1] }, new() { PartitionIndex = 1, BrokerIds = [1] }] },
            new() { Name = Topic + "e", NumPartitions = 2, ReplicationFactor = 1, Assignments = [new() { PartitionIndex = 0, BrokerIds = [1] }] },
            new() { Name = Topic + "f", NumPartitions = -1, ReplicationFactor = -1, Assignments = [new() { PartitionIndex = 0, BrokerIds = [7] }] },
            new() { Name = Topic + "g", NumPartitions = -1, ReplicationFactor = -1 });

        Assert.Equal(
            [
                ("a", KafkaError.None, 1), ("b", KafkaError.InvalidRequest, -1), ("c", KafkaError.InvalidReplicationFactor, -1), ("d", KafkaError.None, 2),
                ("e", KafkaError.InvalidRequest, -1), ("f", KafkaError.InvalidReplicaAssignment, -1), ("g", KafkaError.None, 1),
            ],
            made.OrderBy(topic => topic.Name, StringComparer.Ordinal).Select(topic => (topic.Name[Topic.Length..], topic.ErrorCode, topic.NumPartitions)));
    }

    [SkippableFact]
    public async Task What_is_only_validated_is_not_made()
    {
        var response = await Client.AskAsync<CreateTopicsResponse>(ApiKey.CreateTopics, 7, new CreateTopicsRequest
        {
            TimeoutMs = TestLimits.HangMs,
            ValidateOnly = true,
            Topics = [new() { Name = Topic + "x", NumPartitions = 3, ReplicationFactor = 1 }],
        });

        Assert.Equal((KafkaError.None, 3), (response.Topics[0].ErrorCode, response.Topics[0].NumPartitions));
        Assert.Equal(KafkaError.UnknownTopicOrPartition, (await DeleteAsync(new() { Name = Topic + "x" })).ErrorCode);
    }

    [SkippableFact]
    public async Task Topics_are_deleted_by_name_and_by_id()
    {
        var other = await CreateAsync(Topic + "x", 1);

        Assert.Equal((KafkaError.None, Topic, TopicId), await DeleteAsync(new() { TopicId = TopicId }) is var byId ? (byId.ErrorCode, byId.Name, byId.TopicId) : default);
        Assert.Equal((KafkaError.None, other.TopicId), await DeleteAsync(new() { Name = Topic + "x" }) is var byName ? (byName.ErrorCode, byName.TopicId) : default);
        Assert.Equal(KafkaError.UnknownTopicId, (await DeleteAsync(new() { TopicId = Guid.NewGuid() })).ErrorCode);
        Assert.Equal(KafkaError.UnknownTopicOrPartition, (await DeleteAsync(new() { Name = Topic + "y" })).ErrorCode);
    }

    [SkippableFact]
    public async Task A_topic_that_is_named_twice_is_not_deleted()
    {
        var answer = await Client.AskAsync<DeleteTopicsResponse>(
            ApiKey.DeleteTopics, 6, new DeleteTopicsRequest { TimeoutMs = TestLimits.HangMs, Topics = [new() { Name = Topic }, new() { Name = Topic }] });

        Assert.Equal(KafkaError.InvalidRequest, Assert.Single(answer.Topics).ErrorCode);
        Assert.Equal(KafkaError.InvalidRequest, (await DeleteAsync(new() { Name = Topic, TopicId = TopicId })).ErrorCode);
        Assert.Equal(KafkaError.None, (await ListAsync(-1)).ErrorCode);
    }

    [SkippableTheory]
    [InlineData("max.message.bytes", "-1")]
    [InlineData("min.cleanable.dirty.ratio", "1.5")]
    [InlineData("segment.bytes", "1000")]
    [InlineData("compression.gzip.level", "0")]
    [InlineData("leader.replication.throttled.replicas", "x")]
    public async Task A_setting_has_bounds(string name, string value)
    {
        Assert.Equal(KafkaError.InvalidConfig, (await CreateAsync(Topic + "x", 1, (name, value))).ErrorCode);
    }

    [SkippableFact]
    public async Task Of_a_setting_that_is_given_twice_the_last_value_counts()
    {
        var created = await CreateAsync(Topic + "x", 1, ("retention.ms", "1"), ("retention.ms", " 2 "));

        Assert.Equal(" 2 ", created.Configs!.Single(config => config.Name == "retention.ms").Value);
    }

    [SkippableFact]
    public async Task Settings_have_Kafkas_names_types_and_defaults()
    {
        await CreateAsync(Topic + "x", 1, ("cleanup.policy", "compact,delete"));

        var described = await DescribeAsync(2, Topic + "x");

        Assert.Equal(("compact,delete", 1, 7), described.Configs.Single(config => config.Name == "cleanup.policy") is var policy ? (policy.Value!, policy.ConfigSource, policy.ConfigType) : default);
        Assert.Equal(("CreateTime", 5, 2), described.Configs.Single(config => config.Name == "message.timestamp.type") is var type ? (type.Value!, type.ConfigSource, type.ConfigType) : default);
        Assert.Equal(
            [
                "cleanup.policy:7", "compression.gzip.level:3", "compression.lz4.level:3", "compression.type:2", "compression.zstd.level:3", "delete.retention.ms:5",
                "file.delete.delay.ms:5", "flush.messages:5", "flush.ms:5", "follower.replication.throttled.replicas:7", "index.interval.bytes:3",
                "leader.replication.throttled.replicas:7", "local.retention.bytes:5", "local.retention.ms:5", "max.compaction.lag.ms:5", "max.message.bytes:3",
                "message.timestamp.after.max.ms:5", "message.timestamp.before.max.ms:5", "message.timestamp.type:2", "min.cleanable.dirty.ratio:6",
                "min.compaction.lag.ms:5", "min.insync.replicas:3", "preallocate:1", "remote.log.copy.disable:1", "remote.log.delete.on.disable:1",
                "remote.storage.enable:1", "retention.bytes:5", "retention.ms:5", "segment.bytes:3", "segment.index.bytes:3", "segment.jitter.ms:5", "segment.ms:5",
                "unclean.leader.election.enable:1",
            ],
            described.Configs.Select(config => $"{config.Name}:{config.ConfigType}").Order(StringComparer.Ordinal));
    }

    [SkippableFact]
    public async Task Settings_of_what_is_not_there_are_an_error()
    {
        Assert.Equal(KafkaError.UnknownTopicOrPartition, (await DescribeAsync(2, Topic + "x")).ErrorCode);
        Assert.Equal(KafkaError.InvalidTopic, (await DescribeAsync(2, "a b")).ErrorCode);
        Assert.Equal(KafkaError.InvalidRequest, (await DescribeAsync(4, "77")).ErrorCode);
    }

    [SkippableFact]
    public async Task Only_the_settings_that_are_asked_for_are_told()
    {
        Assert.Equal(["retention.ms"], (await DescribeAsync(2, Topic, "retention.ms", "nonsense")).Configs.Select(config => config.Name));
    }

    private async Task<List<CreateTopicsResponse.Topic>> CreateAllAsync(params CreateTopicsRequest.Topic[] topics) =>
        (await Client.AskAsync<CreateTopicsResponse>(ApiKey.CreateTopics, 7, new CreateTopicsRequest { TimeoutMs = TestLimits.HangMs, Topics = [.. topics] })).Topics;

    private async Task<DeleteTopicsResponse.Topic> DeleteAsync(DeleteTopicsRequest.Topic topic) =>
        (await Client.AskAsync<DeleteTopicsResponse>(ApiKey.DeleteTopics, 6, new DeleteTopicsRequest { TimeoutMs = TestLimits.HangMs, Topics = [topic] })).Topics[0];

    private async Task<DescribeConfigsResponse.Result> DescribeAsync(sbyte type, string name, params string[] keys) =>
        (await Client.AskAsync<DescribeConfigsResponse>(ApiKey.DescribeConfigs, 4, new DescribeConfigsRequest
        {
            Resources = [new() { ResourceType = type, ResourceName = name, ConfigurationKeys = keys.Length == 0 ? null : [.. keys] }],
        })).Results[0];
}
