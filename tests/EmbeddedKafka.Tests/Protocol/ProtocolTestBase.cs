using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests.Protocol;

/// <summary>The steps of tests that speak to a broker in frames. They hold for the embedded broker, and for Kafka's own where
/// KAFKA_BACKUP_TEST_BROKER names one: a topic has a name of its own, and nothing is assumed about what else there is.</summary>
public abstract class ProtocolTestBase : IAsyncLifetime
{
    private protected RawClient Client { get; private set; } = null!; // Set before any test runs, unless that is skipped.

    private protected string Topic { get; } = $"t-{Guid.NewGuid():N}";

    public async Task InitializeAsync()
    {
        Client = new RawClient(await StartAsync());
        var created = await CreateAsync(Topic, partitions: 2, ("retention.ms", "-1")); // A real broker looks every five minutes for records as old as these.
        Assert.Equal(KafkaError.None, created.ErrorCode);
        TopicId = created.TopicId;

        // A broker that has just made a topic may not know yet that it leads it.
        while ((await ListAsync(-1)).ErrorCode != KafkaError.None || (await ListAsync(-1, partition: 1)).ErrorCode != KafkaError.None)
        {
            await Task.Yield();
        }
    }

    public virtual Task DisposeAsync()
    {
        Client?.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Makes sure that a broker runs, and returns its port.</summary>
    private protected abstract Task<int> StartAsync();

    private protected Guid TopicId { get; private set; }

    private protected async Task<CreateTopicsResponse.Topic> CreateAsync(string name, int partitions, params (string Name, string Value)[] configs)
    {
        var request = new CreateTopicsRequest
        {
            TimeoutMs = TestLimits.HangMs,
            Topics =
            [
                new()
                {
                    Name = name,
                    NumPartitions = partitions,
                    ReplicationFactor = 1,
                    Configs = configs.Select(config => new CreateTopicsRequest.Config { Name = config.Name, Value = config.Value }).ToList(),
                },
            ],
        };
        return (await Client.AskAsync<CreateTopicsResponse>(ApiKey.CreateTopics, 7, request)).Topics[0];
    }

    private protected async Task<ProduceResponse.Partition> ProduceAsync(
        ReadOnlyMemory<byte> batch, int partition = 0, short acks = -1, string? transactionalId = null, short version = 11)
    {
        var request = new ProduceRequest
        {
            Acks = acks,
            TimeoutMs = TestLimits.HangMs,
            TransactionalId = transactionalId,
            Topics = [new() { Name = Topic, TopicId = TopicId, Partitions = [new() { Index = partition, Records = new RecordSet([batch]) }] }],
        };
        return (await Client.AskAsync<ProduceResponse>(ApiKey.Produce, version, request)).Topics[0].Partitions[0];
    }

    private protected async Task<FetchResponse.Partition> FetchAsync(long offset, Action<FetchRequest>? configure = null, short version = 12)
    {
        var request = new FetchRequest
        {
            MaxWaitMs = 0,
            Topics = [new() { Name = Topic, TopicId = TopicId, Partitions = [new() { FetchOffset = offset, MaxBytes = 1_000_000 }] }],
        };
        configure?.Invoke(request);
        return (await Client.AskAsync<FetchResponse>(ApiKey.Fetch, version, request)).Topics[0].Partitions[0];
    }

    private protected async Task<ListOffsetsResponse.Partition> ListAsync(
        long timestamp, bool isCommittedOnly = false, int leaderEpoch = -1, int partition = 0, short version = 9)
    {
        var request = new ListOffsetsRequest
        {
            IsolationLevel = isCommittedOnly ? (sbyte)1 : (sbyte)0,
            Topics = [new() { Name = Topic, Partitions = [new() { Index = partition, Timestamp = timestamp, CurrentLeaderEpoch = leaderEpoch }] }],
        };
        return (await Client.AskAsync<ListOffsetsResponse>(ApiKey.ListOffsets, version, request)).Topics[0].Partitions[0];
    }

    private protected async Task<InitProducerIdResponse> InitAsync(
        string? transactionalId = null, int timeoutMs = 600_000, InitProducerIdResponse? expected = null)
    {
        while (true)
        {
            var response = await Client.AskAsync<InitProducerIdResponse>(
                ApiKey.InitProducerId,
                4,
                new InitProducerIdRequest
                {
                    TransactionalId = transactionalId,
                    TransactionTimeoutMs = timeoutMs,
                    ProducerId = expected?.ProducerId ?? -1,
                    ProducerEpoch = expected?.ProducerEpoch ?? -1,
                });
            if (response.ErrorCode is not (KafkaError.CoordinatorNotAvailable or KafkaError.ConcurrentTransactions
                or KafkaError.CoordinatorLoadInProgress or KafkaError.NotCoordinator))
            {
                return response;
            }

            await FindCoordinatorAsync(transactionalId ?? "");
        }
    }

    private protected Task<FindCoordinatorResponse> FindCoordinatorAsync(string transactionalId) => Client.AskAsync<FindCoordinatorResponse>(
        ApiKey.FindCoordinator, 4, new FindCoordinatorRequest { KeyType = 1, Keys = [transactionalId] });

    private protected Task<AddPartitionsToTxnResponse> AddPartitionsAsync(string transactionalId, InitProducerIdResponse producer, params int[] partitions) =>
        AddPartitionsAsync(3, transactionalId, producer, partitions);

    private protected Task<AddPartitionsToTxnResponse> AddPartitionsAsync(
        short version, string transactionalId, InitProducerIdResponse producer, params int[] partitions) =>
        Client.AskAsync<AddPartitionsToTxnResponse>(ApiKey.AddPartitionsToTxn, version, new AddPartitionsToTxnRequest
        {
            TransactionalId = transactionalId,
            ProducerId = producer.ProducerId,
            ProducerEpoch = producer.ProducerEpoch,
            Topics = [new() { Name = Topic, Partitions = [.. partitions] }],
        });

    private protected async Task<EndTxnResponse> EndAsync(string transactionalId, InitProducerIdResponse producer, bool isCommit, short version = 4)
    {
        while (true)
        {
            var response = await Client.AskAsync<EndTxnResponse>(ApiKey.EndTxn, version, new EndTxnRequest
            {
                TransactionalId = transactionalId,
                ProducerId = producer.ProducerId,
                ProducerEpoch = producer.ProducerEpoch,
                Committed = isCommit,
            });
            if (response.ErrorCode != KafkaError.ConcurrentTransactions)
            {
                return response;
            }
        }
    }

    /// <summary>A batch of so many records with timestamps from <paramref name="timestamp"/> on.</summary>
    private protected static byte[] Batch(
        int records = 1, InitProducerIdResponse? producer = null, int sequence = -1, bool isTransactional = false, long timestamp = 1_000, int size = 10,
        BatchCodec codec = BatchCodec.None)
    {
        using var writer = new RecordBatchWriter();
        writer.Begin(new RecordBatchOptions
        {
            Codec = codec,
            ProducerId = producer?.ProducerId ?? -1,
            ProducerEpoch = producer?.ProducerEpoch ?? -1,
            BaseSequence = sequence,
            IsTransactional = isTransactional,
        });
        foreach (var i in Enumerable.Range(0, records))
        {
            writer.Append(i, timestamp + i, NullableSpan.Of("key"u8), NullableSpan.Of(new byte[size]));
        }

        return writer.Finish().ToArray();
    }
}
