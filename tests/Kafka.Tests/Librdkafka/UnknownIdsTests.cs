using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.EmbeddedKafka;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

public sealed class UnknownIdsTests
{
    [Fact]
    public async Task A_zero_topic_id_and_a_cluster_without_id_are_not_known()
    {
        await using var broker = EmbeddedBroker.Start(new EmbeddedBrokerOptions { Amend = RemoveIds });
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = "orders", NumPartitions = 1 }]);
        using var catalog = new KafkaTopicCatalog(TestClients.For(broker.BootstrapServers));

        Assert.Null(await catalog.GetClusterIdAsync(CancellationToken.None));
        var topics = await catalog.GetTopicsAsync(new TopicFilter(new TopicsSection(), new BackupSection()), CancellationToken.None);
        Assert.Null(Assert.Single(topics).TopicId);
    }

    private static void RemoveIds(IWireStruct answer)
    {
        if (answer is MetadataResponse metadata)
        {
            metadata.ClusterId = null;
            metadata.Topics.ForEach(topic => topic.TopicId = Guid.Empty);
        }
    }
}
