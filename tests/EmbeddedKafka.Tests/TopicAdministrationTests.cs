using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests;

public sealed class TopicAdministrationTests : BrokerFixture
{
    [Fact]
    public async Task The_cluster_describes_itself()
    {
        var cluster = await Admin.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = Patience, IncludeAuthorizedOperations = true });

        Assert.Equal(Broker.ClusterId, cluster.ClusterId);
        Assert.Equal(Broker.BootstrapServers, $"{Assert.Single(cluster.Nodes).Host}:{cluster.Nodes[0].Port}");
        Assert.Contains(AclOperation.Alter, cluster.AuthorizedOperations);
    }

    [Fact]
    public async Task Topics_are_described_with_ids_and_partitions()
    {
        await CreateTopicAsync("a", 3);
        await CreateTopicAsync("b");

        var described = (await Admin.DescribeTopicsAsync(
            TopicCollection.OfTopicNames(["a", "b"]), new DescribeTopicsOptions { RequestTimeout = Patience })).TopicDescriptions;

        Assert.Equal([3, 1], described.OrderBy(topic => topic.Name).Select(topic => topic.Partitions.Count));
        Assert.Equal(2, described.Select(topic => topic.TopicId.ToString()).Distinct().Count());
        Assert.All(described, topic => Assert.False(topic.IsInternal));
    }

    [Fact]
    public async Task A_topic_made_again_has_another_id()
    {
        await CreateTopicAsync("a");
        var first = await IdAsync("a");
        await Admin.DeleteTopicsAsync(["a"]);
        await CreateTopicAsync("a");

        Assert.NotEqual(first, await IdAsync("a"));
    }

    [Fact]
    public async Task Metadata_lists_all_topics()
    {
        await CreateTopicAsync("a", 2);
        await CreateTopicAsync("b");

        var metadata = Admin.GetMetadata(Patience);

        Assert.Equal([("a", 2), ("b", 1)], metadata.Topics.Select(topic => (topic.Topic, topic.Partitions.Count)).Order());
        Assert.All(metadata.Topics.SelectMany(topic => topic.Partitions), partition => Assert.Equal(1, partition.Leader));
    }

    [Fact]
    public void An_unknown_topic_is_unknown()
    {
        var topic = Assert.Single(Admin.GetMetadata("nowhere", Patience).Topics);

        Assert.Equal(ErrorCode.UnknownTopicOrPart, topic.Error.Code);
    }

    [Fact]
    public async Task A_deleted_topic_gives_its_memory_back()
    {
        await CreateTopicAsync("a");
        using var producer = Producer(config => config.EnableIdempotence = true);
        await producer.ProduceAsync("a", new Message<byte[]?, byte[]?> { Value = new byte[100_000] });
        Assert.True(Broker.MemoryUsed > 100_000);

        await Admin.DeleteTopicsAsync(["a"]);

        Assert.Equal(0, Broker.MemoryUsed);
        Assert.Empty(Admin.GetMetadata(Patience).Topics);
    }

    [Theory]
    [InlineData("a", 1, 1, ErrorCode.TopicAlreadyExists)]
    [InlineData("not/allowed", 1, 1, ErrorCode.TopicException)]
    [InlineData("b", 0, 1, ErrorCode.InvalidPartitions)]
    [InlineData("b", 1, 3, ErrorCode.InvalidReplicationFactor)]
    public async Task A_topic_that_cannot_be_is_refused(string name, int partitions, short replicas, ErrorCode expected)
    {
        await CreateTopicAsync("a");

        var exception = await Record.ExceptionAsync(() => Admin.CreateTopicsAsync(
            [new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = replicas }]));

        Assert.Equal(expected, exception switch
        {
            CreateTopicsException create => create.Results[0].Error.Code,
            KafkaException kafka => kafka.Error.Code,
            _ => ErrorCode.NoError,
        });
    }

    [Fact]
    public async Task Settings_are_refused_by_name_and_by_value()
    {
        foreach (var (name, value) in new[] { ("no.such.thing", "1"), ("retention.ms", "soon"), ("cleanup.policy", "burn") })
        {
            var exception = await Assert.ThrowsAsync<CreateTopicsException>(() => CreateTopicAsync("a", configs: new() { [name] = value }));
            Assert.Equal(ErrorCode.InvalidConfig, exception.Results[0].Error.Code);
            Assert.Contains(name, exception.Results[0].Error.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Settings_are_told_with_their_source()
    {
        await CreateTopicAsync("a", configs: new() { ["cleanup.policy"] = "compact" });

        var result = await Admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = "a" }]);

        var entries = result[0].Entries;
        Assert.Equal(("compact", false), (entries["cleanup.policy"].Value, entries["cleanup.policy"].IsDefault));
        Assert.Equal(("604800000", true), (entries["retention.ms"].Value, entries["retention.ms"].IsDefault));
    }

    [Fact]
    public async Task Deleting_records_moves_the_log_start()
    {
        await CreateTopicAsync("a");
        using var producer = Producer();
        foreach (var _ in Enumerable.Range(0, 10))
        {
            await producer.ProduceAsync("a", new Message<byte[]?, byte[]?> { Value = new byte[1_000] });
        }

        var used = Broker.MemoryUsed;
        var deleted = await Admin.DeleteRecordsAsync([new TopicPartitionOffset("a", 0, 4)]);

        Assert.Equal(4, deleted[0].Offset.Value);
        Assert.Equal(4, await OffsetAsync("a", OffsetSpec.Earliest()));
        Assert.Equal(6, ReadAll("a", from: 4).Count);
        Assert.True(Broker.MemoryUsed < used - 3_900);
        Assert.Throws<ConsumeException>(() => ReadAll("a", from: 3));

        await Admin.DeleteRecordsAsync([new TopicPartitionOffset("a", 0, Offset.End)]);
        Assert.Equal(10, await OffsetAsync("a", OffsetSpec.Earliest()));
    }

    [Fact]
    public async Task Records_that_are_not_there_yet_cannot_be_deleted()
    {
        await CreateTopicAsync("a");

        var exception = await Assert.ThrowsAsync<DeleteRecordsException>(() => Admin.DeleteRecordsAsync([new TopicPartitionOffset("a", 0, 1)]));

        Assert.Equal(ErrorCode.OffsetOutOfRange, exception.Results[0].Error.Code);
    }

    [Fact]
    public async Task Records_of_a_compacted_topic_cannot_be_deleted()
    {
        await CreateTopicAsync("a", configs: new() { ["cleanup.policy"] = "compact" });

        var exception = await Assert.ThrowsAsync<DeleteRecordsException>(() => Admin.DeleteRecordsAsync([new TopicPartitionOffset("a", 0, 0)]));

        Assert.Equal(ErrorCode.PolicyViolation, exception.Results[0].Error.Code);
    }

    private async Task<string> IdAsync(string topic) =>
        (await Admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]), new DescribeTopicsOptions { RequestTimeout = Patience }))
        .TopicDescriptions[0].TopicId.ToString();
}
