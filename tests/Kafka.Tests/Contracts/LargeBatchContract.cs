using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.EmbeddedKafka;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Contracts;

/// <summary>Batches that are large, packed or unpacked: on the embedded broker, and on the real one that KAFKA_BACKUP_TEST_BROKER names.</summary>
public abstract class LargeBatchContract : IAsyncLifetime
{
    private const int Limit = 1_000_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly PartitionId _partition = new($"large-{Guid.NewGuid():N}", 0);
    private readonly SourceClient _client;
    private EmbeddedBroker? _embedded;
    private string _address = "";

    protected LargeBatchContract(SourceClient client) => _client = client;

    /// <summary>How many bytes were asked for, each time.</summary>
    protected ConcurrentQueue<int> Asked { get; } = [];

    public static TheoryData<bool> Brokers => [false, true];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_embedded is { } broker)
        {
            await broker.DisposeAsync();
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Brokers))]
    public async Task A_record_that_is_too_large_is_named_with_size_and_limit_after_what_lies_before_it(bool isReal)
    {
        await CreateAsync(isReal);
        Append(10, CompressionType.None, 100);
        Append(1, CompressionType.None, 2 * Limit);

        var (read, failure) = await ReadAsync(11);

        Assert.Equal(10, read);
        Assert.Equal((FailureKind.Source, false), (failure!.Kind, failure.IsRetryable));
        AssertNamesSizeAndLimit(failure, 10);
    }

    [SkippableTheory]
    [MemberData(nameof(Brokers))]
    public async Task A_batch_of_zstd_that_unpacks_to_what_there_is_room_for_is_read(bool isReal)
    {
        await CreateAsync(isReal);
        Append(10, CompressionType.Zstd, 100);
        Append(19, CompressionType.Zstd, Limit / 20);
        Append(10, CompressionType.Zstd, 100);

        Assert.Equal((39L, null), await ReadAsync(39));
        Assert.Equal((10L, null), await ReadAsync(39, from: 29, epochBefore: 0));
    }

    [SkippableTheory]
    [MemberData(nameof(Brokers))]
    public async Task A_record_that_is_too_large_to_be_compared_with_what_is_backed_up_is_named(bool isReal)
    {
        await CreateAsync(isReal);
        Append(1, CompressionType.None, 2 * Limit);
        Append(10, CompressionType.None, 100);

        Assert.Equal((10L, null), await ReadAsync(11, from: 1, epochBefore: 0)); // The next one tells that it is still there.

        var (_, failure) = await ReadAsync(11, from: 1, epochBefore: 1);

        AssertNamesSizeAndLimit(failure!, 1);
    }

    [SkippableTheory]
    [MemberData(nameof(Brokers))]
    public async Task A_batch_of_zstd_that_unpacks_to_too_much_is_named_after_what_lies_before_it(bool isReal)
    {
        await CreateAsync(isReal);
        Append(10, CompressionType.Zstd, 100);
        Append(1, CompressionType.Zstd, 4 * Limit);

        var (read, failure) = await ReadAsync(11);

        Assert.Equal(10, read);
        Assert.Equal((FailureKind.Source, false), (failure!.Kind, failure.IsRetryable));
        Assert.StartsWith($"Cannot read {_partition} from offset 10: the batch there takes ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("more than the 1,000,000 for which there is room within backup.max_memory_bytes", failure.Message, StringComparison.Ordinal);
    }

    private void AssertNamesSizeAndLimit(BackupException failure, long offset)
    {
        var start = $"Cannot read {_partition} from offset {offset}: the batch there takes 2,000,";
        Assert.True(failure.Message.StartsWith(start, StringComparison.Ordinal), failure.Message);
        Assert.Contains("there is room for 1,000,000.", failure.Message, StringComparison.Ordinal);
    }

    protected async Task CreateAsync(bool isReal)
    {
        var real = Environment.GetEnvironmentVariable("KAFKA_BACKUP_TEST_BROKER");
        Skip.If(isReal && string.IsNullOrEmpty(real), "KAFKA_BACKUP_TEST_BROKER names no broker.");
        _embedded = isReal ? null : EmbeddedBroker.Start(new EmbeddedBrokerOptions { Witness = Note });
        _address = isReal ? real! : _embedded!.BootstrapServers;
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _address }).Build();
        var topic = new TopicSpecification { Name = _partition.Topic, NumPartitions = 1, ReplicationFactor = 1 };
        topic.Configs = new Dictionary<string, string> { ["max.message.bytes"] = $"{10 * Limit}" };
        await admin.CreateTopicsAsync([topic], new CreateTopicsOptions { OperationTimeout = Patience });
    }

    private void Note(IWireStruct request)
    {
        if (request is FetchRequest fetch)
        {
            fetch.Topics.ForEach(topic => topic.Partitions.ForEach(partition => Asked.Enqueue(partition.MaxBytes)));
        }
    }

    /// <summary>Appends one batch of records of one letter.</summary>
    protected void Append(int count, CompressionType codec, int bytes)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig
        {
            BootstrapServers = _address,
            CompressionType = codec,
            LingerMs = 60_000, // Until it is flushed.
            BatchSize = 10 * Limit,
            MessageMaxBytes = 10 * Limit,
        }).Build();
        for (var i = 0; i < count; i++)
        {
            producer.Produce(new TopicPartition(_partition.Topic, 0), new Message<Null, byte[]> { Value = new byte[bytes] });
        }

        producer.Flush(Patience);
    }

    protected async Task<(long Records, BackupException? Failure)> ReadAsync(
        int end, int from = 0, int? epochBefore = null, int fetchMaxBytes = 65_536, int limit = Limit)
    {
        using var source = TestClients.For(_address, $"backup: {{fetch_max_bytes: {fetchMaxBytes}}}", largestAnswer: limit).SourceOf(_client);
        await using var stream = source.Open(_partition, new OffsetRange(from, end), epochBefore);
        var count = 0L;
        try
        {
            while (await stream.ReadAsync(CancellationToken.None) is { } batch)
            {
                while (batch.MoveNext())
                {
                    Assert.Equal(from + count++, batch.Offset);
                }
            }
        }
        catch (BackupException e)
        {
            return (count, e);
        }

        return (count, null);
    }
}
