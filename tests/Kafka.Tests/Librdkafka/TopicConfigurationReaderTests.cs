using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.EmbeddedKafka;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Tests.Contracts;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

public sealed class TopicConfigurationReaderTests
{
    [Theory]
    [InlineData(ConfigSource.DynamicTopicConfig, false, false, true)]
    [InlineData(ConfigSource.DynamicTopicConfig, true, false, false)]
    [InlineData(ConfigSource.DynamicTopicConfig, false, true, false)]
    [InlineData(ConfigSource.DynamicBrokerConfig, false, false, false)]
    [InlineData(ConfigSource.DynamicDefaultBrokerConfig, false, false, false)]
    [InlineData(ConfigSource.StaticBrokerConfig, false, false, false)]
    [InlineData(ConfigSource.DefaultConfig, false, false, false)]
    public void A_setting_is_kept_when_it_was_given_to_the_topic_and_may_be_given_to_another(
        ConfigSource source, bool isReadOnly, bool isSensitive, bool isKept)
    {
        var entry = new ConfigEntryResult { Name = "retention.ms", Value = "5", Source = source, IsReadOnly = isReadOnly, IsSensitive = isSensitive };

        Assert.Equal(isKept ? 1 : 0, TopicConfigurationReader.OwnSettings([entry]).Count);
    }

    [Fact]
    public void Settings_of_one_cluster_only_are_not_kept() => Assert.Empty(TopicConfigurationReader.OwnSettings(
        [new ConfigEntryResult { Name = "leader.replication.throttled.replicas", Value = "0:1", Source = ConfigSource.DynamicTopicConfig }]));

    [Fact]
    public async Task More_topics_than_one_question_holds_are_all_told()
    {
        await using var broker = EmbeddedBroker.Start();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
        var topics = Enumerable.Range(0, 600).Select(number => $"t-{number:D3}").ToList();
        await admin.CreateTopicsAsync(topics.Select((topic, number) => new TopicSpecification
        {
            Name = topic,
            NumPartitions = 1,
            ReplicationFactor = 1,
            Configs = new Dictionary<string, string> { ["retention.ms"] = $"{number}" },
        }));
        using var catalog = new KafkaTopicCatalog(TestClients.For(broker.BootstrapServers));

        var told = await catalog.GetConfigurationsAsync(topics, CancellationToken.None);

        Assert.Equal(
            topics.Select((topic, number) => (topic, $"{number}")),
            told.ByTopic.OrderBy(topic => topic.Key).Select(topic => (topic.Key, topic.Value["retention.ms"])));
    }

    [Fact]
    public void Topics_without_the_right_are_named_once_with_what_to_do()
    {
        var refused = Enumerable.Range(0, 12).Select(number => ($"t-{number:D2}", new Error(ErrorCode.TopicAuthorizationFailed, "no"))).ToList();

        Assert.Equal(
            "The configuration of 't-00', 't-01', 't-02', 't-03', 't-04', 't-05', 't-06', 't-07', 't-08', 't-09' and 2 more topics "
            + "could not be read: the user has no right to. Give the user the right DescribeConfigs on them.",
            TopicRights.ConfigurationProblem(refused));
        Assert.Null(TopicRights.ConfigurationProblem([]));
    }

    [Fact]
    public void What_else_the_broker_says_of_a_topic_is_told_in_its_words() => Assert.Equal(
        "The configuration of 'orders' could not be read: the broker says of 'orders': Request timed out.",
        TopicRights.ConfigurationProblem([("orders", new Error(ErrorCode.RequestTimedOut, "Request timed out"))]));
}
