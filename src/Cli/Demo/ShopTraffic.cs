using System.Text;
using Confluent.Kafka.Admin;
using Confluent.Kafka;

namespace KafkaBackup.Cli.Demo;

/// <summary>The records of a small shop: orders, payments in transactions of which one a day is aborted, and customers in a compacted topic.</summary>
/// <remarks>A day's records depend on the day alone, offsets and times included. So a broker that forgot everything can be told the story again,
/// and a backup goes on from where it was. What a bad deploy wrote is part of the story, as the backup holds it.</remarks>
internal sealed class ShopTraffic : IDisposable
{
    private const int OrderPartitions = 4;
    private const int PaymentPartitions = 2;
    private const int NonsensePerPartition = 10;
    private static readonly string[] Goods = ["teapot", "lamp", "notebook", "bicycle", "kettle", "map of Mars"];

    private readonly string _address;
    private readonly long _startedAt;
    private readonly IProducer<string, string?> _plain;
    private readonly IProducer<string, string?> _transactional;

    public ShopTraffic(string address, long startedAt)
    {
        (_address, _startedAt) = (address, startedAt);
        var common = new ProducerConfig { BootstrapServers = address, EnableIdempotence = true, LingerMs = 5, CompressionType = CompressionType.Lz4 };
        _plain = new ProducerBuilder<string, string?>(new ProducerConfig(common)).Build();
        _transactional = new ProducerBuilder<string, string?>(new ProducerConfig(common) { TransactionalId = "shop-payments" }).Build();
        _transactional.InitTransactions(TimeSpan.FromSeconds(30));
    }

    /// <summary>The partitions of all topics.</summary>
    public static IReadOnlyList<TopicPartition> Partitions { get; } =
    [
        .. Enumerable.Range(0, OrderPartitions).Select(partition => new TopicPartition("orders", partition)),
        .. Enumerable.Range(0, PaymentPartitions).Select(partition => new TopicPartition("payments", partition)),
        new TopicPartition("customers", 0),
    ];

    /// <summary>Makes the three topics.</summary>
    public async Task CreateTopicsAsync()
    {
        using var admin = NewAdmin();
        await admin.CreateTopicsAsync(
        [
            new TopicSpecification { Name = "orders", NumPartitions = OrderPartitions, ReplicationFactor = 1 },
            new TopicSpecification { Name = "payments", NumPartitions = PaymentPartitions, ReplicationFactor = 1 },
            new TopicSpecification { Name = "customers", NumPartitions = 1, ReplicationFactor = 1, Configs = new() { ["cleanup.policy"] = "compact" } },
        ]);
    }

    /// <summary>Deletes the three topics.</summary>
    public async Task DeleteTopicsAsync()
    {
        using var admin = NewAdmin();
        await admin.DeleteTopicsAsync(Partitions.Select(partition => partition.Topic).Distinct());
    }

    /// <summary>The minute of a day's bad deploy, behind all that the day holds.</summary>
    public DateTimeOffset DeployOf(int day)
    {
        var hour = DateTimeOffset.FromUnixTimeMilliseconds(TimeOf(day, 3_600));
        return hour.AddTicks(-(hour.Ticks % TimeSpan.TicksPerMinute));
    }

    /// <summary>Produces what a bad deploy writes at the end of a day, and tells what.</summary>
    public string ProduceNonsense(int day)
    {
        var deploy = DeployOf(day).ToUnixTimeMilliseconds();
        for (var i = 0; i < OrderPartitions * NonsensePerPartition; i++)
        {
            Send(_plain, "orders", i % OrderPartitions, day, i, deploy + i, "null", """{"order":null,"price":-1}""");
        }

        _plain.Flush();
        return $"{OrderPartitions * NonsensePerPartition} nonsense orders";
    }

    /// <summary>Produces one day, from 1, and tells what it held in a sentence.</summary>
    public string Produce(int day)
    {
        var random = new Random(day);
        var (orders, payments, customers) = day == 1 ? (3_000, 900, 300) : (600, 180, 60);
        for (var i = 0; i < orders; i++)
        {
            Send(_plain, "orders", i % OrderPartitions, day, i, $"customer-{random.Next(500)}", Order(random, day, i));
        }

        for (var i = 0; i < customers; i++)
        {
            // Some customers leave: a tombstone.
            Send(_plain, "customers", 0, day, i, $"customer-{random.Next(100)}", i % 29 == 28 ? null : $$"""{"name":"Customer {{i}}","since":{{day}}}""");
        }

        _plain.Flush();
        Pay(payments, day, aborts: false, random);
        Pay(payments / 10, day, aborts: true, random);
        return $"{orders:N0} orders, {payments:N0} payments in a transaction, {payments / 10:N0} more in one that was aborted, {customers:N0} changes of customers";
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _plain.Dispose();
        _transactional.Dispose();
    }

    private void Pay(int count, int day, bool aborts, Random random)
    {
        _transactional.BeginTransaction();
        for (var i = 0; i < count; i++)
        {
            Send(_transactional, "payments", i % PaymentPartitions, day, i, $"order-{day}-{i}", $$"""{"amount":{{random.Next(100, 90_000)}},"currency":"EUR"}""");
        }

        _transactional.Flush();
        if (aborts)
        {
            _transactional.AbortTransaction();
        }
        else
        {
            _transactional.CommitTransaction();
        }
    }

    private IAdminClient NewAdmin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _address }).Build();

    private long TimeOf(int day, int second) => _startedAt + ((day - 1) * 86_400_000L) + (second * 1_000L);

    private void Send(IProducer<string, string?> producer, string topic, int partition, int day, int index, string key, string? value) =>
        Send(producer, topic, partition, day, index, TimeOf(day, index), key, value);

    private static void Send(IProducer<string, string?> producer, string topic, int partition, int day, int index, long time, string key, string? value) =>
        producer.Produce(new TopicPartition(topic, partition), new Message<string, string?>
        {
            Key = key,
            Value = value!,
            Headers = index % 3 == 0 ? new Headers { { "trace", Encoding.UTF8.GetBytes($"{day}-{index}") } } : null,
            Timestamp = new Timestamp(time, TimestampType.CreateTime),
        });

    private static string Order(Random random, int day, int number) => $$"""
        {"order":"{{day}}-{{number}}","item":"{{Goods[random.Next(Goods.Length)]}}","quantity":{{random.Next(1, 5)}},"price":{{random.Next(100, 90_000)}},"note":"{{new string('.', random.Next(40, 200))}}"}
        """;
}
