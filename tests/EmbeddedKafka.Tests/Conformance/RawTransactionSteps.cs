using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;

namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>Producers are numbered, and transactions begin and end.</summary>
internal sealed class RawTransactionSteps(ScriptRun run) : RawSteps(run)
{
    private const string Topic = "transactions";
    private Guid _topicId;

    public override async Task TakeAsync()
    {
        _topicId = await MakeTopicAsync(Topic, partitions: 3);
        foreach (var version in Versions(ApiKey.InitProducerId))
        {
            await InitAsync(version);
        }

        foreach (var version in Versions(ApiKey.AddPartitionsToTxn))
        {
            await AddAsync(version);
        }

        foreach (var version in Versions(ApiKey.EndTxn))
        {
            await EndAsync(version);
        }

        foreach (var version in Versions(ApiKey.Produce))
        {
            await ProduceAsync(version);
        }
    }

    private async Task InitAsync(short version)
    {
        var id = $"init-v{version}";
        Task<InitProducerIdResponse> AskAsync(string step, string? transactionalId, int timeoutMs = 600_000, InitProducerIdResponse? expected = null) =>
            InitAsync(version, step, transactionalId, timeoutMs, expected);

        await AskAsync("idempotent", null);
        await AskAsync("idempotent without patience", null, timeoutMs: 0);
        var first = await AskAsync("transactional", Run.Own(id));
        var second = await AskAsync("again", Run.Own(id));
        await AskAsync("no time", Run.Own(id), timeoutMs: 0);
        await AskAsync("too much time", Run.Own(id), timeoutMs: int.MaxValue);
        await AskAsync("empty id", "");
        if (version >= 3)
        {
            await AskAsync("expected", Run.Own(id), expected: second);
            await AskAsync("expected again", Run.Own(id), expected: second);
            await AskAsync("expected of old", Run.Own(id), expected: first);
            await AskAsync("expected of another", Run.Own(id), expected: new InitProducerIdResponse { ProducerId = 987_654_321, ProducerEpoch = 0 });
            await AskAsync("expected of a new id", Run.Own(id + "-new"), expected: second);
            await AskAsync("id without epoch", Run.Own(id), expected: new InitProducerIdResponse { ProducerId = second.ProducerId, ProducerEpoch = -1 });
            await AskAsync("epoch without id", Run.Own(id), expected: new InitProducerIdResponse { ProducerId = -1, ProducerEpoch = 3 });
        }

        var current = await AskAsync("before a transaction", Run.Own(id));
        await OpenAsync(id, current);
        await AskAsync("over an open transaction", Run.Own(id));
    }

    private async Task<InitProducerIdResponse> InitAsync(short version, string step, string? id, int timeoutMs, InitProducerIdResponse? expected)
    {
        var answer = await InsistAsync<InitProducerIdResponse>(ApiKey.InitProducerId, version, new InitProducerIdRequest
        {
            TransactionalId = id,
            TransactionTimeoutMs = timeoutMs,
            ProducerId = expected?.ProducerId ?? -1,
            ProducerEpoch = expected?.ProducerEpoch ?? -1,
        }, answer => answer.ErrorCode);
        Write(ApiKey.InitProducerId, version, step, answer);
        return answer;
    }

    private async Task AddAsync(short version)
    {
        var id = $"add-v{version}";
        var old = await InitAsync(id);
        var young = await InitAsync(id);
        await AddAsync(version, "one", id, young, false, 0);
        await AddAsync(version, "the same again", id, young, false, 0);
        await AddAsync(version, "more", id, young, false, 1, 2);
        await AddAsync(version, "unknown partition", id, young, false, 0, 9);
        await AddAsync(version, "old epoch", id, old, false, 0);
        await AddAsync(version, "epoch to come", id, new InitProducerIdResponse { ProducerId = young.ProducerId, ProducerEpoch = 7 }, false, 0);
        await AddAsync(version, "another producer", id, new InitProducerIdResponse { ProducerId = 987_654_321, ProducerEpoch = 0 }, false, 0);
        await AddAsync(version, "unknown id", id + "-unknown", young, false, 0);
        if (version >= 4)
        {
            await AddAsync(version, "whether it is in", id, young, true, 0);
            var other = await InitAsync(id + "-other");
            await AddAsync(version, "whether it is in where nothing is", id + "-other", other, true, 0);
            await AddAsync(version, "in where nothing is", id + "-other", other, false, 0);
            await AddAsync(version, "whether another is in", id + "-other", other, true, 1);
            await AddAsync(version, "whether both are in", id + "-other", other, true, 0, 1);
        }
    }

    private async Task AddAsync(short version, string step, string id, InitProducerIdResponse producer, bool verifyOnly, params int[] partitions)
    {
        List<AddPartitionsToTxnRequest.Topic> topics = [new() { Name = Run.Own(Topic), Partitions = [.. partitions] }];
        var answer = await InsistAsync<AddPartitionsToTxnResponse>(
            ApiKey.AddPartitionsToTxn,
            version,
            new AddPartitionsToTxnRequest
            {
                TransactionalId = Run.Own(id),
                ProducerId = producer.ProducerId,
                ProducerEpoch = producer.ProducerEpoch,
                Topics = topics,
                Transactions =
                [
                    new()
                    {
                        TransactionalId = Run.Own(id),
                        ProducerId = producer.ProducerId,
                        ProducerEpoch = producer.ProducerEpoch,
                        VerifyOnly = verifyOnly,
                        Topics = topics,
                    },
                ],
            },
            answer => (version < 4 ? answer.Topics : answer.Transactions[0].Topics)[0].Partitions[0].ErrorCode);
        Write(ApiKey.AddPartitionsToTxn, version, step, answer);
    }

    private async Task EndAsync(short version)
    {
        var id = $"end-v{version}";
        var old = await InitAsync(id);
        var young = await InitAsync(id);
        await EndAsync(version, "nothing committed", id, young, true);
        young = await InitAsync(id);
        await EndAsync(version, "nothing aborted", id, young, false);
        young = await InitAsync(id);
        await OpenAsync(id, young);
        await EndAsync(version, "old epoch", id, old, true);
        await EndAsync(version, "another producer", id, new InitProducerIdResponse { ProducerId = 987_654_321, ProducerEpoch = 0 }, true);
        await EndAsync(version, "unknown id", id + "-unknown", young, true);
        var committed = Next(young, await EndAsync(version, "committed", id, young, true));
        await EndAsync(version, "committed again", id, young, true);
        await EndAsync(version, "aborted after it", id, young, false);
        await EndAsync(version, "committed once more with what came out", id, committed, true);
        await OpenAsync(id, committed);
        var aborted = Next(committed, await EndAsync(version, "aborted", id, committed, false));
        await EndAsync(version, "aborted again", id, committed, false);
        await EndAsync(version, "committed after it", id, committed, true);
        await EndAsync(version, "committed with what came out", id, aborted, true);
        await EndAsync(version, "aborted with what came out", id, aborted, false);
    }

    private async Task<EndTxnResponse> EndAsync(short version, string step, string id, InitProducerIdResponse producer, bool isCommit)
    {
        var answer = await QuietlyEndAsync(version, id, producer, isCommit);
        Write(ApiKey.EndTxn, version, step, answer);
        return answer;
    }

    private Task<EndTxnResponse> QuietlyEndAsync(short version, string id, InitProducerIdResponse producer, bool isCommit) =>
        InsistAsync<EndTxnResponse>(ApiKey.EndTxn, version, new EndTxnRequest
        {
            TransactionalId = Run.Own(id),
            ProducerId = producer.ProducerId,
            ProducerEpoch = producer.ProducerEpoch,
            Committed = isCommit,
        }, answer => answer.ErrorCode);

    private async Task ProduceAsync(short version)
    {
        var id = $"produce-v{version}";
        var old = await InitAsync(id);
        var producer = await InitAsync(id);
        await ProduceAsync(version, "transaction not begun", id, Batch(producer: producer, sequence: 0, isTransactional: true));
        await AddQuietlyAsync(id, producer);
        await ProduceAsync(version, "in a transaction", id, Batch(producer: producer, sequence: version < 12 ? 0 : 3, isTransactional: true));
        await ProduceAsync(version, "in another's transaction", id, Batch(producer: old, sequence: 0, isTransactional: true));
        await ProduceAsync(version, "batch of no transaction", id, Batch());
        await QuietlyEndAsync(3, id, producer, isCommit: true);
    }

    private async Task ProduceAsync(short version, string step, string id, byte[] batch)
    {
        var answer = await InsistAsync<ProduceResponse>(
            ApiKey.Produce, version, Producing(Topic, _topicId, batch, transactionalId: id), answer => answer.Topics[0].Partitions[0].ErrorCode);

        // Other transactions end in the partition meanwhile, and their markers take offsets when they come.
        answer.Topics[0].Partitions[0].BaseOffset = Math.Min(0, answer.Topics[0].Partitions[0].BaseOffset);
        Write(ApiKey.Produce, version, step, answer);
    }

    private async Task OpenAsync(string id, InitProducerIdResponse producer) => await AddQuietlyAsync(id, producer);

    private Task AddQuietlyAsync(string id, InitProducerIdResponse producer) => InsistAsync<AddPartitionsToTxnResponse>(
        ApiKey.AddPartitionsToTxn,
        3,
        new AddPartitionsToTxnRequest
        {
            TransactionalId = Run.Own(id),
            ProducerId = producer.ProducerId,
            ProducerEpoch = producer.ProducerEpoch,
            Topics = [new() { Name = Run.Own(Topic), Partitions = [0] }],
        },
        answer => answer.Topics[0].Partitions[0].ErrorCode);

    private static InitProducerIdResponse Next(InitProducerIdResponse producer, EndTxnResponse end) =>
        end.ProducerId < 0 ? producer : new InitProducerIdResponse { ProducerId = end.ProducerId, ProducerEpoch = end.ProducerEpoch };
}
