using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing;

namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>Steps of frames, each in every version that the embedded broker serves.</summary>
internal abstract class RawSteps(ScriptRun run)
{
    /// <summary>The time of the first record of a batch; long past, so that no clock can be taken for it.</summary>
    protected const long Time = 1_700_000_000_000;

    /// <summary>Without them, records of a time long past would be deleted, or lie in other files than the markers between them.</summary>
    public static readonly (string Name, string Value)[] Keep = [("retention.ms", "-1"), ("segment.ms", "9223372036854775807")];

    protected ScriptRun Run => run;

    public abstract Task TakeAsync();

    protected static IEnumerable<short> Versions(ApiKey key) =>
        WireApis.Find(key)! is var api ? Enumerable.Range(api.MinVersion, api.MaxVersion - api.MinVersion + 1).Select(version => (short)version) : [];

    /// <summary>Asks, and writes the answer down.</summary>
    protected async Task<T> AskAsync<T>(ApiKey key, short version, string step, IWireStruct request)
        where T : IWireStruct
    {
        var answer = await QuietlyAsync<T>(key, version, request);
        Write(key, version, step, answer);
        return answer;
    }

    protected void Write(ApiKey key, short version, string step, IWireStruct answer) => run.Transcript.Add(
        $"{key} v{version}: {step}", new ConformanceCodec().Write(answer, version, WireApis.Find(key)!.IsFlexible(version)));

    protected Task<T> QuietlyAsync<T>(ApiKey key, short version, IWireStruct request)
        where T : IWireStruct => run.Client.AskAsync<T>(key, version, request);

    /// <summary>Asks until the coordinator is ready: how long it takes to find its feet is nobody's promise.</summary>
    protected async Task<T> InsistAsync<T>(ApiKey key, short version, IWireStruct request, Func<T, KafkaError> error)
        where T : IWireStruct
    {
        while (true)
        {
            var answer = await QuietlyAsync<T>(key, version, request);
            if (error(answer) is not (KafkaError.CoordinatorNotAvailable or KafkaError.ConcurrentTransactions
                or KafkaError.CoordinatorLoadInProgress or KafkaError.NotCoordinator))
            {
                return answer;
            }

            await Task.Yield();
        }
    }

    /// <summary>Makes a topic that keeps its records however old they are, and waits until it can be used.</summary>
    protected async Task<Guid> MakeTopicAsync(string name, int partitions = 1, params (string Name, string Value)[] configs)
    {
        var created = await QuietlyAsync<CreateTopicsResponse>(ApiKey.CreateTopics, 7, new CreateTopicsRequest
        {
            TimeoutMs = TestLimits.HangMs,
            Topics =
            [
                new()
                {
                    Name = run.Own(name),
                    NumPartitions = partitions,
                    ReplicationFactor = 1,
                    Configs = [.. Keep.Concat(configs).Select(config => new CreateTopicsRequest.Config { Name = config.Name, Value = config.Value })],
                },
            ],
        });
        foreach (var partition in Enumerable.Range(0, partitions))
        {
            await UntilAsync(name, partition, answer => answer.ErrorCode == KafkaError.None);
        }

        return created.Topics[0].TopicId;
    }

    /// <summary>Waits for the end of a partition, as far as it is committed.</summary>
    protected async Task UntilAsync(string topic, int partition, Func<ListOffsetsResponse.Partition, bool> isSo)
    {
        var request = new ListOffsetsRequest
        {
            IsolationLevel = 1,
            Topics = [new() { Name = run.Own(topic), Partitions = [new() { Index = partition, Timestamp = -1 }] }],
        };
        while (!isSo((await QuietlyAsync<ListOffsetsResponse>(ApiKey.ListOffsets, 9, request)).Topics[0].Partitions[0]))
        {
            await Task.Yield();
        }
    }

    protected Task<InitProducerIdResponse> InitAsync(string? transactionalId = null) => InsistAsync<InitProducerIdResponse>(
        ApiKey.InitProducerId,
        4,
        new InitProducerIdRequest { TransactionalId = transactionalId is null ? null : run.Own(transactionalId), TransactionTimeoutMs = 600_000 },
        answer => answer.ErrorCode);

    protected ProduceRequest Producing(string topic, Guid id, ReadOnlyMemory<byte>? batch, int partition = 0, short acks = -1, string? transactionalId = null) => new()
    {
        Acks = acks,
        TimeoutMs = TestLimits.HangMs,
        TransactionalId = transactionalId is null ? null : run.Own(transactionalId),
        Topics =
        [
            new()
            {
                Name = run.Own(topic),
                TopicId = id,
                Partitions = [new() { Index = partition, Records = batch is { } records ? new RecordSet([records]) : null }],
            },
        ],
    };

    protected async Task AppendAsync(string topic, ReadOnlyMemory<byte> batch, int partition = 0, string? transactionalId = null)
    {
        var answer = await QuietlyAsync<ProduceResponse>(ApiKey.Produce, 12, Producing(topic, default, batch, partition, transactionalId: transactionalId));
        if (answer.Topics[0].Partitions[0] is { ErrorCode: not KafkaError.None } refused)
        {
            throw new InvalidOperationException($"{topic}: {refused.ErrorCode} {refused.ErrorMessage}");
        }
    }

    /// <summary>A batch of records with keys, values and headers of all kinds.</summary>
    protected static byte[] Batch(
        int records = 3, BatchCodec codec = BatchCodec.None, InitProducerIdResponse? producer = null, int sequence = -1, bool isTransactional = false,
        long timestamp = Time, int size = 10, bool hasKeys = true)
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
        KeyValuePair<byte[], byte[]?>[] headers = [new([(byte)'a'], null), new([(byte)'a'], []), new([], [(byte)'b'])];
        foreach (var i in Enumerable.Range(0, records))
        {
            writer.Append(new RecordCopy(i, timestamp + i, hasKeys ? [(byte)i] : null, i == 1 ? null : new byte[size], i == 0 ? headers : []));
        }

        return writer.Finish().ToArray();
    }
}
