using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.Testing;

namespace KafkaBackup.Kafka.Tests.Contracts;

/// <summary>Makes topics on a cluster with one broker.</summary>
internal static class TestTopics
{
    /// <summary>Makes a topic; when this returns the broker knows it: the controller answers before it does.</summary>
    public static async Task CreateAsync(string address, string topic, int partitions)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = address }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = 1 }]);
        using var limit = new CancellationTokenSource(TestLimits.Hang);
        while (!admin.GetMetadata(TestLimits.Hang).Topics.Exists(known => known.Topic == topic && known.Partitions.Count == partitions))
        {
            limit.Token.ThrowIfCancellationRequested();
        }
    }
}
