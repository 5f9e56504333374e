using Confluent.Kafka.Admin;
using Confluent.Kafka;
using KafkaBackup.EmbeddedKafka;
using KafkaBackup.Shared;
using KafkaBackup.Testing;

namespace KafkaBackup.EndToEnd.Tests.Support;

/// <summary>The Kafka broker that tests fill and read: the embedded one, or a real one where <c>KAFKA_BACKUP_TEST_BROKER</c> names it.</summary>
internal sealed partial class TestBroker
{
    private const string Variable = "KAFKA_BACKUP_TEST_BROKER";
    private static readonly TimeSpan Patience = TestLimits.Hang;
    private static readonly Lazy<TestBroker> Shared = new(() => new TestBroker(Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } address
        ? address
        : EmbeddedBroker.Start().BootstrapServers)); // It lives as long as the test process.

    private readonly IAdminClient _admin;

    private TestBroker(string address)
    {
        Address = address;
        _admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = address }).Build();
    }

    public static TestBroker Default => Shared.Value;

    /// <summary>A broker that a test set up for itself.</summary>
    public static TestBroker At(EmbeddedBroker broker) => new(broker.BootstrapServers);

    /// <summary>Whether it is Kafka's own, which has members of consumer groups, and internal topics.</summary>
    public static bool IsReal => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };

    /// <summary>host:port.</summary>
    public string Address { get; }

    /// <summary>Makes a topic that keeps records of any time for ever.</summary>
    public Task CreateTopicAsync(string topic, int partitions, params (string Key, string Value)[] settings)
    {
        var specification = new TopicSpecification
        {
            Name = topic,
            NumPartitions = partitions,
            ReplicationFactor = 1,
            Configs = new Dictionary<string, string>
            {
                ["retention.ms"] = "-1",
                ["message.timestamp.after.max.ms"] = long.MaxValue.ToString(),
            },
        };
        foreach (var (key, value) in settings)
        {
            specification.Configs[key] = value;
        }

        return _admin.CreateTopicsAsync([specification], new CreateTopicsOptions { OperationTimeout = Patience });
    }

    /// <summary>Makes a topic whose name is given, on a broker that may have one of that name.</summary>
    public async Task RecreateTopicAsync(string topic, int partitions)
    {
        if (_admin.GetMetadata(Patience).Topics.Exists(found => found.Topic == topic))
        {
            await DeleteTopicAsync(topic);
        }

        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                await CreateTopicAsync(topic, partitions);
                return;
            }
            catch (CreateTopicsException e) when (e.Results[0].Error.Code == ErrorCode.TopicAlreadyExists)
            {
                patience.Token.ThrowIfCancellationRequested(); // Brokers delete in the background.
            }
        }
    }

    /// <summary>Commits offsets of a consumer group that nobody is in. Makes Kafka's topic for them, if there is none yet.</summary>
    public Task CommitAsync(string group, params (PartitionId Partition, long Offset)[] offsets) => Task.Run(() =>
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = Address, GroupId = group }).Build();
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                consumer.Commit(offsets.Select(item => new TopicPartitionOffset(item.Partition.Topic, item.Partition.Number, item.Offset)));
                return;
            }
            catch (KafkaException e) when (e.Error.Code is ErrorCode.GroupLoadInProgress or ErrorCode.GroupCoordinatorNotAvailable or ErrorCode.NotCoordinatorForGroup)
            {
                patience.Token.ThrowIfCancellationRequested(); // A broker that has just made the topic of offsets is not ready at once.
            }
        }
    });

    /// <summary>Changes a setting of a topic. The embedded broker knows no such request.</summary>
    public Task SetAsync(string topic, string name, string value) => _admin.IncrementalAlterConfigsAsync(
        new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [new ConfigResource { Type = ResourceType.Topic, Name = topic }] =
                [new ConfigEntry { Name = name, Value = value, IncrementalOperation = AlterConfigOpType.Set }],
        },
        new IncrementalAlterConfigsOptions { RequestTimeout = Patience });

    public async Task<string> SettingOfAsync(string topic, string name) =>
        (await _admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = topic }]))[0].Entries[name].Value;

    public Task DeleteTopicAsync(string topic) => _admin.DeleteTopicsAsync([topic], new DeleteTopicsOptions { OperationTimeout = Patience });

    public async Task<string> TopicIdOfAsync(string topic)
    {
        var described = await _admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]), new DescribeTopicsOptions { RequestTimeout = Patience });
        return described.TopicDescriptions.Single().TopicId.ToString().Replace('+', '-').Replace('/', '_');
    }

    /// <summary>Deletes the records below <paramref name="offset"/>, as retention does.</summary>
    public Task DeleteRecordsBelowAsync(PartitionId partition, long offset) =>
        _admin.DeleteRecordsAsync([new TopicPartitionOffset(partition.Topic, partition.Number, offset)]);

    /// <summary>Lets the user <c>alice</c> see a topic, and read it or not.</summary>
    public Task AllowAliceAsync(string topic, bool mayRead = true) => AllowAliceAsync(topic, mayRead ? [AclOperation.Describe, AclOperation.Read] : [AclOperation.Describe]);

    /// <summary>Lets <c>alice</c> do so much with a topic.</summary>
    public async Task AllowAliceAsync(string topic, IEnumerable<AclOperation> operations)
    {
        await _admin.CreateAclsAsync(operations.Select(operation => new AclBinding
        {
            Pattern = new ResourcePattern { Type = ResourceType.Topic, Name = topic, ResourcePatternType = ResourcePatternType.Literal },
            Entry = new AccessControlEntry { Principal = "User:alice", Host = "*", Operation = operation, PermissionType = AclPermissionType.Allow },
        }), new CreateAclsOptions { RequestTimeout = Patience });
    }

    /// <summary>Appends records to one partition and tells their offsets, and timestamps where the broker sets them.</summary>
    public async Task<ProducedRecords> ProduceAsync(PartitionId partition, IEnumerable<LogRecord> records, CompressionType codec = CompressionType.None)
    {
        using var producer = NewProducer(new ProducerConfig { CompressionType = codec });
        return await ProduceAsync(producer, partition, records);
    }

    /// <summary>Begins a transaction.</summary>
    public TestTransaction BeginTransaction() =>
        new(this, NewProducer(new ProducerConfig { TransactionalId = $"e2e-{Guid.NewGuid():N}", TransactionTimeoutMs = TestLimits.HangMs }));

    /// <summary>Waits until all of the partition up to <paramref name="end"/> is there, however new the topic, and no transaction is open in it.</summary>
    public async Task WaitForStableEndAsync(PartitionId partition, long end)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await EndOfAsync(partition, IsolationLevel.ReadUncommitted) < end || await EndOfAsync(partition, IsolationLevel.ReadCommitted) < end)
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    internal static async Task<ProducedRecords> ProduceAsync(IProducer<byte[]?, byte[]?> producer, PartitionId partition, IEnumerable<LogRecord> records)
    {
        var target = new TopicPartition(partition.Topic, partition.Number);
        var sent = records.Select(record => (record, producer.ProduceAsync(target, MessageOf(record)))).ToList();
        var produced = new List<LogRecord>();
        foreach (var (record, sending) in sent)
        {
            var report = await sending;
            var timestamp = report.Timestamp.Type == TimestampType.LogAppendTime ? report.Timestamp.UnixTimestampMs : record.Timestamp;
            produced.Add(record with { Offset = report.Offset.Value, Timestamp = timestamp });
        }

        var result = new ProducedRecords();
        result.Add(partition, produced);
        return result;
    }

    /// <summary>All committed records of a partition, as a consumer of its own reads them.</summary>
    public Task<List<LogRecord>> ReadAsync(PartitionId partition) => Task.Run(() =>
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = Address,
            GroupId = "unused",
            EnablePartitionEof = true,
            IsolationLevel = IsolationLevel.ReadCommitted,
            CheckCrcs = true,
        }).SetKeyDeserializer(Unchanged.Instance).SetValueDeserializer(Unchanged.Instance).Build();
        consumer.Assign(new TopicPartitionOffset(partition.Topic, partition.Number, Offset.Beginning));
        using var patience = new CancellationTokenSource(Patience);
        var found = new List<LogRecord>();
        while (consumer.Consume(patience.Token) is { IsPartitionEOF: false } record)
        {
            var headers = record.Message.Headers?.Select(header => new LogHeader(header.Key, header.GetValueBytes())).ToList() ?? [];
            found.Add(new LogRecord(record.Offset.Value, record.Message.Timestamp.UnixTimestampMs, record.Message.Key, record.Message.Value, headers));
        }

        return found;
    });

    private sealed class Unchanged : IDeserializer<byte[]?>
    {
        public static Unchanged Instance { get; } = new();

        public byte[]? Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) => isNull ? null : data.ToArray();
    }

    private async Task<long> EndOfAsync(PartitionId partition, IsolationLevel isolation)
    {
        var wanted = new TopicPartitionOffsetSpec
        {
            TopicPartition = new TopicPartition(partition.Topic, partition.Number),
            OffsetSpec = OffsetSpec.Latest(),
        };
        try
        {
            var answer = await _admin.ListOffsetsAsync([wanted], new ListOffsetsOptions { RequestTimeout = Patience, IsolationLevel = isolation });
            return answer.ResultInfos.Single().TopicPartitionOffsetError.Offset.Value;
        }
        catch (ListOffsetsException e) when (e.Result.ResultInfos.Single().TopicPartitionOffsetError.Error.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.NotLeaderForPartition or ErrorCode.LeaderNotAvailable)
        {
            return -1; // It is being made.
        }
    }

    private static Message<byte[]?, byte[]?> MessageOf(LogRecord record)
    {
        var message = new Message<byte[]?, byte[]?>
        {
            Key = record.Key,
            Value = record.Value,
            Timestamp = new Timestamp(record.Timestamp, TimestampType.CreateTime),
            Headers = [],
        };
        foreach (var header in record.Headers)
        {
            message.Headers.Add(header.Name, header.Value);
        }

        return message;
    }

    private IProducer<byte[]?, byte[]?> NewProducer(ProducerConfig config)
    {
        config.BootstrapServers = Address;
        config.EnableIdempotence = true; // Neither lost nor doubled nor out of order by the client's own retries.
        config.LingerMs = 2;
        return new ProducerBuilder<byte[]?, byte[]?>(config).Build();
    }
}
