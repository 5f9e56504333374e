using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests;

/// <summary>A broker with clients for it, and the few steps that every test takes.</summary>
public abstract class BrokerFixture : IAsyncLifetime
{
    protected static readonly TimeSpan Patience = TestLimits.Hang;

    private readonly Lazy<IAdminClient> _admin;

    protected BrokerFixture(EmbeddedBrokerOptions? options = null)
    {
        Log = new BrokerLog();
        Broker = EmbeddedBroker.Start((options ?? new EmbeddedBrokerOptions()) with { Logger = Log });
        _admin = new Lazy<IAdminClient>(() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Broker.BootstrapServers }).Build());
    }

    protected EmbeddedBroker Broker { get; }

    /// <summary>Whether the test sends what makes the broker close connections.</summary>
    protected bool ExpectsRefusals { get; init; }

    private protected BrokerLog Log { get; }

    protected IAdminClient Admin => _admin.Value;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_admin.IsValueCreated)
        {
            _admin.Value.Dispose();
        }

        await Broker.DisposeAsync();
        Assert.Empty(Log.Faults);
        if (!ExpectsRefusals)
        {
            Assert.Empty(Log.Refusals);
        }
    }

    private protected Task CreateTopicAsync(string name, int partitions = 1, Dictionary<string, string>? configs = null) =>
        Admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = 1, Configs = configs }]);

    protected IProducer<byte[]?, byte[]?> Producer(Action<ProducerConfig>? configure = null)
    {
        var config = new ProducerConfig { BootstrapServers = Broker.BootstrapServers, LingerMs = 0 };
        configure?.Invoke(config);
        return new ProducerBuilder<byte[]?, byte[]?>(config).Build();
    }

    protected IConsumer<byte[]?, byte[]?> Consumer(IsolationLevel isolation = IsolationLevel.ReadCommitted) =>
        new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = Broker.BootstrapServers,
            GroupId = "unused",
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Error,
            IsolationLevel = isolation,
            CheckCrcs = true,
            FetchWaitMaxMs = 20,
        }).Build();

    /// <summary>Reads a partition from an offset to its end.</summary>
    private protected List<ConsumeResult<byte[]?, byte[]?>> ReadAll(
        string topic, int partition = 0, long from = 0, IsolationLevel isolation = IsolationLevel.ReadCommitted)
    {
        using var consumer = Consumer(isolation);
        consumer.Assign(new TopicPartitionOffset(topic, partition, from));
        var read = new List<ConsumeResult<byte[]?, byte[]?>>();
        while (true)
        {
            var result = consumer.Consume(Patience) ?? throw new TimeoutException($"{topic} has no end.");
            if (result.IsPartitionEOF)
            {
                return read;
            }

            read.Add(result);
        }
    }

    protected async Task<long> OffsetAsync(string topic, OffsetSpec spec, IsolationLevel isolation = IsolationLevel.ReadUncommitted)
    {
        var result = await Admin.ListOffsetsAsync(
            [new TopicPartitionOffsetSpec { TopicPartition = new TopicPartition(topic, 0), OffsetSpec = spec }],
            new ListOffsetsOptions { IsolationLevel = isolation, RequestTimeout = Patience });
        return result.ResultInfos[0].TopicPartitionOffsetError.Offset.Value;
    }
}
