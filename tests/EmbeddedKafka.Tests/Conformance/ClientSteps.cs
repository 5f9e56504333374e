using Confluent.Kafka.Admin;
using Confluent.Kafka;
using KafkaBackup.Testing;

namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>Steps of a real client, of which every field that it shows is written down.</summary>
internal abstract class ClientSteps(ScriptRun run)
{
    protected static readonly TimeSpan Patience = TestLimits.Hang;

    /// <summary>The time of the first record, as in the steps of frames.</summary>
    protected const long Time = 1_700_000_000_000;

    protected ScriptRun Run => run;

    public abstract Task TakeAsync();

    protected IAdminClient NewAdmin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = run.BootstrapServers }).Build();

    protected IProducer<byte[]?, byte[]?> NewProducer(Action<ProducerConfig>? configure = null)
    {
        var config = new ProducerConfig
        {
            BootstrapServers = run.BootstrapServers,
            LingerMs = 0,
            MessageTimeoutMs = TestLimits.HangMs,
            TransactionTimeoutMs = TestLimits.HangMs,
        };
        configure?.Invoke(config);
        return new ProducerBuilder<byte[]?, byte[]?>(config).SetLogHandler((_, _) => { }).Build();
    }

    protected IConsumer<byte[]?, byte[]?> NewConsumer(IsolationLevel isolation = IsolationLevel.ReadCommitted)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = run.BootstrapServers,
            GroupId = run.Own("unused"),
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Error,
            IsolationLevel = isolation,
            CheckCrcs = true,
            FetchWaitMaxMs = 20,
        };
        config.Set("topic.metadata.propagation.max.ms", "1");
        return new ConsumerBuilder<byte[]?, byte[]?>(config).SetLogHandler((_, _) => { }).Build();
    }

    /// <summary>A topic that keeps its records however old they are.</summary>
    protected async Task MakeTopicAsync(IAdminClient admin, string name, int partitions = 1, params (string Name, string Value)[] configs)
    {
        await admin.CreateTopicsAsync(
        [
            new TopicSpecification
            {
                Name = run.Own(name),
                NumPartitions = partitions,
                ReplicationFactor = 1,
                Configs = RawSteps.Keep.Concat(configs).ToDictionary(config => config.Name, config => config.Value, StringComparer.Ordinal),
            },
        ]);
        while (!IsLed(admin, name, partitions))
        {
            await Task.Yield();
        }
    }

    protected void Note(string step, string field, object? value) => run.Transcript.Note($"client: {step}", field, value);

    /// <summary>Runs what may fail, and writes down how it did.</summary>
    protected async Task TryAsync(string step, Func<Task> act)
    {
        try
        {
            await act();
            Note(step, "Error", ErrorCode.NoError);
        }
        catch (Exception exception) when (exception is KafkaException or ProduceException<byte[]?, byte[]?>)
        {
            foreach (var (field, error) in Errors(exception))
            {
                Note(step, field, error.Code);
                Note(step, $"{field}.IsFatal", error.IsFatal);
            }

            if (exception is KafkaTxnRequiresAbortException or KafkaRetriableException)
            {
                Note(step, "Error.Kind", exception.GetType().Name);
            }
        }
    }

    protected void NoteRecord(string step, ConsumeResult<byte[]?, byte[]?> result)
    {
        var record = $"Records[{result.Offset.Value}]";
        Note(step, $"{record}.Timestamp", result.Message.Timestamp.UnixTimestampMs);
        Note(step, $"{record}.TimestampType", result.Message.Timestamp.Type);
        Note(step, $"{record}.Key", Text(result.Message.Key));
        Note(step, $"{record}.Value", Text(result.Message.Value));
        Note(step, $"{record}.LeaderEpoch", result.LeaderEpoch);
        foreach (var (index, header) in result.Message.Headers.Index())
        {
            Note(step, $"{record}.Headers[{index}]", $"'{header.Key}'={Text(header.GetValueBytes())}");
        }
    }

    protected void NoteDelivery(string step, DeliveryResult<byte[]?, byte[]?> result)
    {
        Note(step, "Partition", result.Partition.Value);
        Note(step, "Offset", result.Offset.Value);
        Note(step, "Status", result.Status);
        Note(step, "Timestamp", result.Message.Timestamp.UnixTimestampMs);
        Note(step, "TimestampType", result.Message.Timestamp.Type);
    }

    /// <summary>Reads from an offset to the end, and writes every record down.</summary>
    protected void Read(string step, string topic, int partition = 0, long from = 0, IsolationLevel isolation = IsolationLevel.ReadCommitted)
    {
        using var consumer = NewConsumer(isolation);
        consumer.Assign(new TopicPartitionOffset(run.Own(topic), partition, from));
        while (true)
        {
            var result = consumer.Consume(Patience) ?? throw new TimeoutException($"{topic} has no end.");
            if (result.IsPartitionEOF)
            {
                Note(step, "End", result.Offset.Value);
                return;
            }

            NoteRecord(step, result);
        }
    }

    private bool IsLed(IAdminClient admin, string name, int partitions) =>
        admin.GetMetadata(run.Own(name), Patience).Topics[0] is { Error.Code: ErrorCode.NoError } topic
        && topic.Partitions.Count(partition => partition is { Error.Code: ErrorCode.NoError, Leader: >= 0 }) == partitions;

    private static IEnumerable<(string Field, Error Error)> Errors(Exception exception) => exception switch
    {
        CreateTopicsException create => create.Results.Select(result => ($"[{result.Topic}].Error", result.Error)),
        DeleteTopicsException delete => delete.Results.Select(result => ($"[{result.Topic}].Error", result.Error)),
        DeleteRecordsException delete => delete.Results.Select(result => ($"[{result.Topic} {result.Partition.Value}].Error", result.Error)),
        DescribeConfigsException describe => describe.Results.Select(result => ($"[{result.ConfigResource.Name}].Error", result.Error)),
        DescribeTopicsException describe => describe.Results.TopicDescriptions.Select(result => ($"[{result.Name}].Error", result.Error)),
        ListOffsetsException list => list.Result.ResultInfos.Select(
            result => ($"[{result.TopicPartitionOffsetError.TopicPartition}].Error", result.TopicPartitionOffsetError.Error)),
        KafkaException kafka => [("Error", kafka.Error)],
        _ => throw exception,
    };

    private static string Text(byte[]? bytes) => bytes is null ? "null" : $"'{Convert.ToHexString(bytes)}'";
}
