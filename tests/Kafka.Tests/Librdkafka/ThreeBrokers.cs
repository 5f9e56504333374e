using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

/// <summary>Three brokers of Kafka's own, where KAFKA_BACKUP_TEST_KAFKA_HOME names a folder with scripts that start and kill them.</summary>
internal sealed class ThreeBrokers : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly KafkaScripts _scripts;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("three-brokers-");
    private IAdminClient? _admin;

    private ThreeBrokers(KafkaScripts scripts) => _scripts = scripts;

    public string Address { get; private set; } = "";

    private string Data => Path.Combine(_folder.FullName, "kafka");

    public static async Task<ThreeBrokers> StartOrSkipAsync()
    {
        var brokers = new ThreeBrokers(KafkaScripts.FindOrSkip());
        var told = await brokers._scripts.RunAsync("up", "--nodes", "3", "--heap", "256m", "--config", "replica.selector.class=org.apache.kafka.common.replica.RackAwareReplicaSelector", "--dir", brokers.Data);
        brokers.Address = KafkaScripts.Told(told, "KAFKA_BOOTSTRAP_SERVERS");
        brokers._admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = brokers.Address }).Build();
        return brokers;
    }

    public Task KillAsync(int node) => _scripts.RunAsync("node", "kill", $"{node}", Data);

    public Task StartAsync(int node) => _scripts.RunAsync("node", "start", $"{node}", Data);

    public Task CreateTopicAsync(string topic, params List<int> replicas) => _admin!.CreateTopicsAsync(
    [
        new TopicSpecification
        {
            Name = topic,
            NumPartitions = 1,
            ReplicasAssignments = new Dictionary<int, List<int>> { [0] = replicas },
            Configs = new Dictionary<string, string> { ["unclean.leader.election.enable"] = "true", ["retention.ms"] = "-1" },
        },
    ]);

    /// <summary>Waits until the partition is led, or not, as wanted.</summary>
    public async Task WaitForAsync(PartitionId partition, Func<PartitionMetadata, bool> isWanted)
    {
        using var limit = new CancellationTokenSource(KafkaScripts.Patience);
        while (!PartitionsOf(partition.Topic).Exists(found => found.PartitionId == partition.Number && isWanted(found)))
        {
            await Task.Delay(Pause, limit.Token);
        }
    }

    /// <summary>None while the brokers are busy with an election.</summary>
    private List<PartitionMetadata> PartitionsOf(string topic)
    {
        try
        {
            return _admin!.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics.Single().Partitions;
        }
        catch (KafkaException)
        {
            return [];
        }
    }

    /// <summary>Who leads the partition now.</summary>
    public int LeaderOf(PartitionId partition) => PartitionsOf(partition.Topic).Single(found => found.PartitionId == partition.Number).Leader;

    public void Produce(PartitionId partition, int count)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = Address, LingerMs = 0 }).Build();
        for (var number = 0; number < count; number++)
        {
            producer.Produce(new TopicPartition(partition.Topic, partition.Number), new Message<Null, string> { Value = $"value-{number}" });
        }

        producer.Flush(KafkaScripts.Patience);
    }

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        await _scripts.RunAsync("down", "--fast", "--purge", Data);
        _folder.Delete(recursive: true);
    }
}
