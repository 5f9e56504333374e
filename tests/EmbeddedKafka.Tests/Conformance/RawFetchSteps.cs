using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Testing;

namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>Batches are read back.</summary>
internal sealed class RawFetchSteps(ScriptRun run) : RawSteps(run)
{
    private const string Topic = "read";
    private static readonly Guid Stranger = new("00000000-0000-0000-0000-0000000000ff");
    private Guid _topicId;
    private Guid _stampedId;

    public override async Task TakeAsync()
    {
        await PrepareAsync();
        foreach (var version in Versions(ApiKey.Fetch))
        {
            await ReadAsync(version);
            await ReadPartsAsync(version);
            await RefuseAsync(version);
            await ReadBySessionAsync(version);
        }
    }

    /// <summary>Partition 0 has every codec, 1 transactions of which the last is open, 2 begins in the middle of a batch, 3 is empty.</summary>
    private async Task PrepareAsync()
    {
        _topicId = await MakeTopicAsync(Topic, partitions: 4);
        foreach (var codec in Enum.GetValues<BatchCodec>())
        {
            await AppendAsync(Topic, Batch(codec: codec));
        }

        await AppendAsync(Topic, Batch(producer: await InitAsync(), sequence: 0));
        var producer = await InitAsync("read");
        await TransactAsync(producer, sequence: 0, isCommit: true, end: 4);
        await TransactAsync(producer, sequence: 3, isCommit: false, end: 8);
        await AppendAsync(Topic, Batch(), partition: 1);
        await AppendAsync(Topic, Batch(producer: producer, sequence: 6, isTransactional: true), 1, "read");
        await AppendAsync(Topic, Batch(), partition: 2);
        await AppendAsync(Topic, Batch(codec: BatchCodec.Gzip), partition: 2);
        await QuietlyAsync<DeleteRecordsResponse>(ApiKey.DeleteRecords, 2, new DeleteRecordsRequest
        {
            TimeoutMs = TestLimits.HangMs,
            Topics = [new() { Name = Run.Own(Topic), Partitions = [new() { Index = 2, Offset = 4 }] }],
        });
        _stampedId = await MakeTopicAsync("read-stamped", 1, ("message.timestamp.type", "LogAppendTime"));
        await AppendAsync("read-stamped", Batch());
        await AppendAsync("read-stamped", Batch(codec: BatchCodec.Snappy));
    }

    private async Task TransactAsync(InitProducerIdResponse producer, int sequence, bool isCommit, long end)
    {
        await InsistAsync<AddPartitionsToTxnResponse>(
            ApiKey.AddPartitionsToTxn,
            3,
            new AddPartitionsToTxnRequest
            {
                TransactionalId = Run.Own("read"),
                ProducerId = producer.ProducerId,
                ProducerEpoch = producer.ProducerEpoch,
                Topics = [new() { Name = Run.Own(Topic), Partitions = [1] }],
            },
            answer => answer.Topics[0].Partitions[0].ErrorCode);
        await AppendAsync(Topic, Batch(producer: producer, sequence: sequence, isTransactional: true), 1, "read");
        await QuietlyAsync<EndTxnResponse>(ApiKey.EndTxn, 3, new EndTxnRequest
        {
            TransactionalId = Run.Own("read"),
            ProducerId = producer.ProducerId,
            ProducerEpoch = producer.ProducerEpoch,
            Committed = isCommit,
        });
        await UntilAsync(Topic, 1, answer => answer.Offset == end);
    }

    private async Task ReadAsync(short version)
    {
        foreach (var offset in new[] { 0, 4, 17, 18 })
        {
            await AskAsync(version, $"codecs from {offset}", Reading(0, offset));
        }

        foreach (var isolation in new sbyte[] { 0, 1 })
        {
            foreach (var offset in new[] { 0, 3, 4, 7, 8, 11, 12, 14 })
            {
                var request = Reading(1, offset);
                request.IsolationLevel = isolation;
                await AskAsync(version, $"transactions from {offset}, isolation {isolation}", request);
            }
        }

        await AskAsync(version, "from the middle of a batch", Reading(2, 4));
        await AskAsync(version, "nothing", Reading(3, 0));
        await AskAsync(version, "with the broker's time", new FetchRequest
        {
            Topics = [new() { Name = Run.Own("read-stamped"), TopicId = _stampedId, Partitions = [new() { MaxBytes = 1_000_000 }] }],
        });
        await AskAsync(version, "no topics", new FetchRequest());
        var several = Reading(2, 4);
        several.Topics[0].Partitions.AddRange([new() { Index = 0, FetchOffset = 3, MaxBytes = 1_000_000 }, new() { Index = 3, MaxBytes = 1_000_000 }]);
        await AskAsync(version, "several partitions", several);
    }

    private async Task ReadPartsAsync(short version)
    {
        var size = Batch().Length;
        foreach (var (step, bytes) in new[] { ("no bytes", 0), ("few bytes", 10), ("one batch", size), ("one and a half", size * 3 / 2) })
        {
            var ofPartition = Reading(2, 4);
            ofPartition.Topics[0].Partitions = [new() { Index = 1, MaxBytes = bytes }];
            await AskAsync(version, $"{step} of a partition", ofPartition);
            var ofAll = Reading(1, 0);
            ofAll.MaxBytes = bytes;
            ofAll.Topics[0].Partitions.Add(new() { Index = 0, MaxBytes = 1_000_000 });
            await AskAsync(version, $"{step} of all", ofAll);
        }

        var whole = await QuietlyAsync<FetchResponse>(ApiKey.Fetch, version, Reading(2, 4));
        foreach (var more in new[] { 1, 100, size, size + 1 })
        {
            var request = Reading(2, 4);
            request.MaxBytes = whole.Topics[0].Partitions[0].Records!.Length + more;
            request.Topics[0].Partitions.Add(new() { Index = 0, MaxBytes = 1_000_000 });
            await AskAsync(version, $"a partition and {more} bytes of another", request);
        }
    }

    private async Task RefuseAsync(short version)
    {
        foreach (var offset in new[] { 19, -1, -2 })
        {
            await AskAsync(version, $"from {offset}, beyond the ends", Reading(0, offset));
        }

        await AskAsync(version, "from what was deleted", Reading(2, 3));
        await AskAsync(version, "unknown partition", Reading(9, 0));
        var unknown = Reading(0, 0);
        (unknown.Topics[0].Name, unknown.Topics[0].TopicId) = (Run.Own("nowhere"), Stranger);
        await AskAsync(version, "unknown topic", unknown);
        foreach (var epoch in new[] { 0, 7, -3 })
        {
            var request = Reading(0, 0);
            request.Topics[0].Partitions[0].CurrentLeaderEpoch = epoch;
            await AskAsync(version, $"leader epoch {epoch}", request);
        }

        foreach (var epoch in new[] { 0, 7 })
        {
            var request = Reading(0, 3);
            request.Topics[0].Partitions[0].LastFetchedEpoch = epoch;
            request.Topics[0].Partitions[0].CurrentLeaderEpoch = 0;
            await AskAsync(version, $"last epoch {epoch}", request);
        }
    }

    private async Task ReadBySessionAsync(short version)
    {
        (string Step, int Id, int Epoch)[] sessions =
            [("new session", 0, 0), ("unknown session", 987_654_321, 3), ("session ended", 987_654_321, -1), ("epoch of no session", 0, 3)];
        foreach (var (step, id, epoch) in sessions)
        {
            var request = Reading(0, 15);
            (request.SessionId, request.SessionEpoch) = (id, epoch);
            await AskAsync(version, step, request);
        }
    }

    private Task AskAsync(short version, string step, FetchRequest request) => AskAsync<FetchResponse>(ApiKey.Fetch, version, step, request);

    private FetchRequest Reading(int partition, long offset) => new()
    {
        Topics = [new() { Name = Run.Own(Topic), TopicId = _topicId, Partitions = [new() { Index = partition, FetchOffset = offset, MaxBytes = 1_000_000 }] }],
    };
}
