using System.Diagnostics;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace KafkaBackup.Benchmarks;

/// <summary>Clients of Confluent.Kafka for one broker, set up for much data.</summary>
internal sealed class BrokerClients(string bootstrapServers)
{
    /// <summary>How long a client may hear nothing before the run is given up.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Makes a topic, and waits until brokers tell of it: a producer that asks too early is told that there is none.</summary>
    public async Task CreateTopicAsync(string topic, int partitions)
    {
        using var admin = Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = 1 }]);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var began = Stopwatch.GetTimestamp(); LedOf(admin, topic) < partitions && Stopwatch.GetElapsedTime(began) < Patience;)
        {
            await pause.WaitForNextTickAsync();
        }
    }

    private static int LedOf(IAdminClient admin, string topic) =>
        admin.GetMetadata(topic, Patience).Topics.Where(told => told.Topic == topic).SelectMany(told => told.Partitions).Count(partition => partition.Leader >= 0);

    /// <summary>Deletes a topic, which gives its memory back.</summary>
    public async Task DeleteTopicAsync(string topic)
    {
        using var admin = Admin();
        await admin.DeleteTopicsAsync([topic]);
    }

    /// <summary>A producer that packs large batches and keeps 32 MB at most.</summary>
    public IProducer<Null, byte[]> Producer() => new ProducerBuilder<Null, byte[]>(new ProducerConfig
    {
        BootstrapServers = bootstrapServers,
        Acks = Acks.All,
        LingerMs = 5,
        BatchSize = 1_000_000,
        BatchNumMessages = 10_000,
        QueueBufferingMaxKbytes = 32_000,
        QueueBufferingMaxMessages = 1_000_000,
        DeliveryReportFields = "none",
    }).Build();

    /// <summary>A consumer that checks checksums, as the backup does.</summary>
    public IConsumer<Ignore, byte[]> Consumer() => new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig
    {
        BootstrapServers = bootstrapServers,
        GroupId = "unused",
        EnableAutoCommit = false,
        EnableAutoOffsetStore = false,
        AutoOffsetReset = AutoOffsetReset.Error,
        CheckCrcs = true,
        QueuedMinMessages = 1_000_000,

        // A client whose queue is full (64 MB) otherwise rests a second, in some rounds and not in others; the backup sets the same.
        FetchQueueBackoffMs = 2,
    }).Build();

    /// <summary>Hands a record to the producer, and waits while its queue is full.</summary>
    public static void Send(IProducer<Null, byte[]> producer, TopicPartition target, byte[] value, Action<DeliveryReport<Null, byte[]>> handler)
    {
        var message = new Message<Null, byte[]> { Value = value };
        while (true)
        {
            try
            {
                producer.Produce(target, message, handler);
                return;
            }
            catch (ProduceException<Null, byte[]> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Poll(TimeSpan.FromMilliseconds(10));
            }
        }
    }

    private IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers }).Build();
}
