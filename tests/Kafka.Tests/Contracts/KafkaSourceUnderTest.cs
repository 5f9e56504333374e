using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.EmbeddedKafka;
using KafkaBackup.Kafka.Client.Fetching;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Tests.Contracts;

/// <summary>A broker, embedded or real, and the adapters over librdkafka, or the client of our own.</summary>
internal sealed class KafkaSourceUnderTest : SourceUnderTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly EmbeddedBroker? _embedded;
    private readonly string _address;
    private readonly IAdminClient _admin;
    private readonly List<IDisposable> _open = [];

    public KafkaSourceUnderTest(string? address = null, bool isNative = false)
    {
        _embedded = address is null ? EmbeddedBroker.Start() : null;
        _address = address ?? _embedded!.BootstrapServers;
        _admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _address }).Build();
        var clients = TestClients.For(_address);
        (Source, Catalog) = (isNative ? new NativeRecordSource(clients) : new KafkaRecordSource(clients), new KafkaTopicCatalog(clients));
    }

    public string Address => _address;

    public override IRecordSource Source { get; }

    public override ITopicCatalog Catalog { get; }

    public override Task CreateTopicAsync(string topic, int partitions, params (string Name, string Value)[] settings) => _admin.CreateTopicsAsync(
        [
            new TopicSpecification
            {
                Name = topic,
                NumPartitions = partitions,
                ReplicationFactor = 1,
                Configs = settings.ToDictionary(setting => setting.Name, setting => setting.Value),
            },
        ], new CreateTopicsOptions { OperationTimeout = Patience });

    public override Task AppendAsync(PartitionId partition, int count)
    {
        using var producer = NewProducer(null);
        Append(producer, partition, count);
        return Task.CompletedTask;
    }

    public override Task DeleteBeforeAsync(PartitionId partition, long offset) =>
        _admin.DeleteRecordsAsync([new TopicPartitionOffset(partition.Topic, partition.Number, offset)]);

    public override Task AppendOpenAsync(PartitionId partition, int count)
    {
        var producer = NewProducer($"contract-{Guid.NewGuid():N}");
        _open.Add(producer);
        producer.InitTransactions(Patience);
        producer.BeginTransaction();
        Append(producer, partition, count);
        return Task.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        Source.Dispose();
        Catalog.Dispose();
        _open.ForEach(producer => producer.Dispose());
        _admin.Dispose();
        if (_embedded is not null)
        {
            await _embedded.DisposeAsync();
        }
    }

    private IProducer<string, string> NewProducer(string? transaction) => new ProducerBuilder<string, string>(
        new ProducerConfig { BootstrapServers = _address, TransactionalId = transaction, LingerMs = 0 }).Build();

    private static void Append(IProducer<string, string> producer, PartitionId partition, int count)
    {
        for (var number = 0; number < count; number++)
        {
            producer.Produce(new TopicPartition(partition.Topic, partition.Number), new Message<string, string> { Key = $"key-{number}", Value = $"value-{number}" });
        }

        producer.Flush(Patience);
    }
}
