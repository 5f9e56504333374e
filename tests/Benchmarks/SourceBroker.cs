using Confluent.Kafka;
using KafkaBackup.EmbeddedKafka;

namespace KafkaBackup.Benchmarks;

/// <summary>The broker that backups read from: the one that KAFKA_BACKUP_TEST_BROKER names, else an embedded one in this process.</summary>
internal sealed class SourceBroker : IAsyncDisposable
{
    /// <summary>How much an embedded one keeps.</summary>
    public const long MemoryLimit = 8L << 30;

    private readonly EmbeddedBroker? _embedded;

    private SourceBroker(EmbeddedBroker? embedded, string address) => (_embedded, Address, Clients) = (embedded, address, new BrokerClients(address));

    /// <summary>Host and port.</summary>
    public string Address { get; }

    /// <summary>Clients to fill it with.</summary>
    public BrokerClients Clients { get; }

    /// <summary>What it is, for readers of the figures.</summary>
    public string Name => _embedded is null ? $"a real one at {Address}" : "the embedded one, in the process that measures";

    /// <summary>Starts or finds it.</summary>
    /// <param name="isEmbedded">Whether it is to be the embedded one, whatever the environment names.</param>
    public static SourceBroker Start(bool isEmbedded = false)
    {
        if (!isEmbedded && Environment.GetEnvironmentVariable("KAFKA_BACKUP_TEST_BROKER") is { Length: > 0 } address)
        {
            return new SourceBroker(null, address);
        }

        return Of(EmbeddedBroker.Start(new EmbeddedBrokerOptions { MemoryLimit = MemoryLimit }));
    }

    /// <summary>An embedded broker that is set up otherwise; it is ended with this.</summary>
    public static SourceBroker Of(EmbeddedBroker embedded) => new(embedded, embedded.BootstrapServers);

    /// <summary>Makes a topic and fills it.</summary>
    /// <param name="topic">Its name.</param>
    /// <param name="partitions">How many partitions it gets.</param>
    /// <param name="counts">How many records a partition gets, by its number.</param>
    /// <param name="values">The values to take by turns.</param>
    public async Task FillAsync(string topic, int partitions, Func<int, long> counts, byte[][] values)
    {
        await Clients.CreateTopicAsync(topic, partitions);
        await ProduceAsync(topic, partitions, counts, values);
    }

    /// <summary>Adds records to a topic.</summary>
    /// <param name="topic">Its name.</param>
    /// <param name="partitions">How many partitions it has.</param>
    /// <param name="counts">How many records a partition gets, by its number.</param>
    /// <param name="values">The values to take by turns.</param>
    public async Task ProduceAsync(string topic, int partitions, Func<int, long> counts, byte[][] values)
    {
        using var producer = Clients.Producer();
        Error? failed = null;
        void OnReport(DeliveryReport<Null, byte[]> report) => failed = report.Error.IsError ? report.Error : failed;

        var left = Enumerable.Range(0, partitions).Select(counts).ToArray();
        var targets = Enumerable.Range(0, partitions).Select(partition => new TopicPartition(topic, partition)).ToArray();
        for (var (i, sent) = (0, true); sent;)
        {
            sent = false;
            for (var partition = 0; partition < partitions; partition++)
            {
                if (left[partition] > 0)
                {
                    left[partition]--;
                    BrokerClients.Send(producer, targets[partition], values[i++ % values.Length], OnReport);
                    sent = true;
                }
            }
        }

        await Task.Run(() => producer.Flush(BrokerClients.Patience));
        if (failed is not null)
        {
            throw new InvalidOperationException($"{topic} could not be filled: {failed.Reason}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_embedded is not null)
        {
            await _embedded.DisposeAsync();
        }
    }
}
