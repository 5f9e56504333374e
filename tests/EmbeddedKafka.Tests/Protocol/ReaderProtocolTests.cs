using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests.Protocol;

public abstract class ReaderProtocolTests : ProtocolTestBase
{
    [SkippableFact]
    public async Task A_batch_larger_than_the_limit_comes_alone()
    {
        await ProduceAsync(Batch(size: 5_000));
        await ProduceAsync(Batch(size: 5_000));

        var fetched = await FetchAsync(0, request => request.Topics[0].Partitions[0].MaxBytes = 100);

        Assert.Equal(Batch(size: 5_000).Length, fetched.Records!.Length);
    }

    [SkippableFact]
    public async Task A_fetch_starts_with_the_batch_that_holds_the_offset()
    {
        await ProduceAsync(Batch(records: 3));
        await ProduceAsync(Batch(records: 3));

        var header = RecordBatchHeader.Parse((await FetchAsync(4)).Records!.ToMemory().Span);

        Assert.Equal((3, 5, 0), (header.BaseOffset, header.LastOffset, header.LeaderEpoch));
    }

    [SkippableFact]
    public async Task A_fetch_waits_for_as_many_bytes_as_it_asks_for()
    {
        await ProduceAsync(Batch());

        var waiting = FetchAsync(0, request => (request.MinBytes, request.MaxWaitMs) = (Batch().Length + 1, TestLimits.HangMs));
        using (var other = new RawClient(Client.Port))
        {
            await other.AskAsync<ProduceResponse>(ApiKey.Produce, 11, new ProduceRequest
            {
                Acks = -1,
                Topics = [new() { Name = Topic, Partitions = [new() { Records = new RecordSet([Batch()]) }] }],
            });
        }

        var fetched = await waiting;
        Assert.Equal((KafkaError.None, 2 * Batch().Length), (fetched.ErrorCode, fetched.Records!.Length));
    }

    [SkippableFact]
    public async Task A_fetch_outside_of_the_log_is_told_so_at_once()
    {
        await ProduceAsync(Batch());

        var beyond = await FetchAsync(2, request => (request.MinBytes, request.MaxWaitMs) = (1, TestLimits.HangMs));

        Assert.Equal((KafkaError.OffsetOutOfRange, -1, -1, -1),
            (beyond.ErrorCode, beyond.HighWatermark, beyond.LastStableOffset, beyond.LogStartOffset));
        Assert.Equal(KafkaError.None, (await FetchAsync(1)).ErrorCode);
    }

    [SkippableFact]
    public async Task A_leader_epoch_that_is_not_there_yet_is_unknown()
    {
        Assert.Equal(KafkaError.UnknownLeaderEpoch, (await FetchAsync(0, request => request.Topics[0].Partitions[0].CurrentLeaderEpoch = 7)).ErrorCode);
        Assert.Equal(KafkaError.UnknownLeaderEpoch, (await ListAsync(-1, leaderEpoch: 7)).ErrorCode);
        Assert.Equal(KafkaError.None, (await ListAsync(-1, leaderEpoch: 0)).ErrorCode);
    }

    [SkippableFact]
    public async Task The_epoch_of_the_leader_ends_with_the_log_and_later_ones_have_no_end()
    {
        await ProduceAsync(Batch(records: 3));

        Assert.Equal((KafkaError.None, 0, 3), await EndOfEpochAsync(0));
        Assert.Equal((KafkaError.None, 0, 3), await EndOfEpochAsync(0, current: 0));
        Assert.Equal((KafkaError.None, 0, 0), await EndOfEpochAsync(0, partition: 1));
        Assert.Equal((KafkaError.None, -1, -1), await EndOfEpochAsync(1));
        Assert.Equal((KafkaError.UnknownLeaderEpoch, -1, -1), await EndOfEpochAsync(0, current: 7));
        Assert.Equal((KafkaError.UnknownTopicOrPartition, -1, -1), await EndOfEpochAsync(0, partition: 9));
    }

    [SkippableFact]
    public async Task A_topic_is_read_by_its_id_and_another_id_is_unknown()
    {
        await ProduceAsync(Batch());

        Assert.Equal(Batch().Length, (await FetchAsync(0, version: 17)).Records!.Length);
        Assert.Equal(KafkaError.UnknownTopicId, (await FetchAsync(0, request => request.Topics[0].TopicId = Guid.NewGuid(), version: 17)).ErrorCode);
        Assert.Equal(KafkaError.UnknownTopicOrPartition, (await FetchAsync(0, request => request.Topics[0].Partitions[0].Index = 9)).ErrorCode);
    }

    [SkippableFact]
    public async Task Special_times_ask_for_the_ends()
    {
        await ProduceAsync(Batch(records: 3, timestamp: 5_000));
        await ProduceAsync(Batch(records: 3, timestamp: 2_000));

        Assert.Equal((6, -1), await OffsetAndTimeAsync(-1));
        Assert.Equal((0, -1), await OffsetAndTimeAsync(-2));
        Assert.Equal((2, 5_002), await OffsetAndTimeAsync(-3));
        Assert.Equal((0, -1), await OffsetAndTimeAsync(-4));
        Assert.Equal((-1, -1), await OffsetAndTimeAsync(-5));
        Assert.Equal((1, 5_001), await OffsetAndTimeAsync(5_001));
        Assert.Equal((0, 5_000), await OffsetAndTimeAsync(0));
        Assert.Equal((-1, -1), await OffsetAndTimeAsync(9_000));
    }

    [SkippableFact]
    public async Task An_empty_partition_has_no_greatest_time()
    {
        Assert.Equal((-1, -1), await OffsetAndTimeAsync(-3));
        Assert.Equal((0, -1), await OffsetAndTimeAsync(-1));
    }

    [SkippableFact]
    public async Task Deleted_records_move_the_log_start_into_the_middle_of_a_batch()
    {
        await ProduceAsync(Batch(records: 3));
        await ProduceAsync(Batch(records: 3));

        var deleted = (await Client.AskAsync<DeleteRecordsResponse>(ApiKey.DeleteRecords, 2, new DeleteRecordsRequest
        {
            TimeoutMs = TestLimits.HangMs,
            Topics = [new() { Name = Topic, Partitions = [new() { Offset = 4 }] }],
        })).Topics[0].Partitions[0];

        Assert.Equal((KafkaError.None, 4), (deleted.ErrorCode, deleted.LowWatermark));
        Assert.Equal((4, 6), await FetchAsync(4) is var fetched ? (fetched.LogStartOffset, fetched.HighWatermark) : default);
        Assert.Equal(3, RecordBatchHeader.Parse(fetched.Records!.ToMemory().Span).BaseOffset);
        Assert.Equal(KafkaError.OffsetOutOfRange, (await FetchAsync(3)).ErrorCode);
        Assert.Equal((4, -1), await OffsetAndTimeAsync(-2));
        Assert.Equal((4, 1_001), await OffsetAndTimeAsync(0));
    }

    [SkippableFact]
    public async Task Topics_are_described_page_by_page()
    {
        var request = new DescribeTopicPartitionsRequest { Topics = [new() { Name = Topic }], ResponsePartitionLimit = 1 };

        var first = await Client.AskAsync<DescribeTopicPartitionsResponse>(ApiKey.DescribeTopicPartitions, 0, request);
        request.Cursor = first.NextCursor;
        var second = await Client.AskAsync<DescribeTopicPartitionsResponse>(ApiKey.DescribeTopicPartitions, 0, request);

        Assert.Equal([0], first.Topics[0].Partitions.Select(partition => partition.Index));
        Assert.Equal((Topic, 1), (first.NextCursor!.TopicName, first.NextCursor.PartitionIndex));
        Assert.Equal([1], second.Topics[0].Partitions.Select(partition => partition.Index));
        Assert.Null(second.NextCursor);
    }

    [SkippableFact]
    public async Task A_batch_behind_the_first_is_cut_at_the_limit()
    {
        await ProduceAsync(Batch());
        await ProduceAsync(Batch());

        var fetched = await FetchAsync(0, request => request.Topics[0].Partitions[0].MaxBytes = Batch().Length + 20);

        Assert.Equal(Batch().Length + 20, fetched.Records!.Length);
    }

    [SkippableFact]
    public async Task A_fetch_session_that_nobody_made_is_not_found()
    {
        var response = await Client.AskAsync<FetchResponse>(ApiKey.Fetch, 12, new FetchRequest { SessionId = 987_654_321, SessionEpoch = 3 });

        Assert.Equal((KafkaError.FetchSessionIdNotFound, 0), (response.ErrorCode, response.Topics.Count));
    }

    [SkippableFact]
    public async Task The_greatest_time_is_not_told_to_who_reads_committed_records_while_it_is_not_committed()
    {
        await ProduceAsync(Batch(timestamp: 1_000));
        var producer = await InitAsync(Topic);
        await AddPartitionsAsync(Topic, producer, 0);
        await ProduceAsync(Batch(producer: producer, sequence: 0, isTransactional: true, timestamp: 5_000), transactionalId: Topic);

        Assert.Equal((1, 5_000), await OffsetAndTimeAsync(-3));
        Assert.Equal(-1, (await ListAsync(-3, isCommittedOnly: true)).Offset);
    }

    [SkippableFact]
    public async Task Metadata_finds_topics_by_id()
    {
        var stranger = Guid.NewGuid();

        var found = await Client.AskAsync<MetadataResponse>(ApiKey.Metadata, 13, new MetadataRequest
        {
            Topics = [new() { TopicId = TopicId }, new() { TopicId = stranger }],
            IncludeTopicAuthorizedOperations = true,
        });

        var known = found.Topics.Single(topic => topic.TopicId == TopicId);
        Assert.Equal((Topic, KafkaError.None, 2, 3576), (known.Name, known.ErrorCode, known.Partitions.Count, known.AuthorizedOperations));
        Assert.Equal((null, KafkaError.UnknownTopicId), found.Topics.Single(topic => topic.TopicId == stranger) is var unknown ? (unknown.Name, unknown.ErrorCode) : default);
    }

    [SkippableFact]
    public async Task What_a_client_sends_behind_a_request_is_not_read()
    {
        await Client.SendAsync(Convert.FromHexString("00000019" + "0003000D00000001" + "0007" + "72646B61666B61" + "00" + "00010000" + "000000"));

        Assert.NotNull(await Client.ReceiveAsync());
    }

    private async Task<(KafkaError Error, int Epoch, long End)> EndOfEpochAsync(int epoch, int current = -1, int partition = 0)
    {
        var answer = await Client.AskAsync<OffsetForLeaderEpochResponse>(ApiKey.OffsetForLeaderEpoch, 4, new OffsetForLeaderEpochRequest
        {
            ReplicaId = -1,
            Topics = [new() { Name = Topic, Partitions = [new() { Index = partition, CurrentLeaderEpoch = current, LeaderEpoch = epoch }] }],
        });
        var found = answer.Topics[0].Partitions[0];
        return (found.ErrorCode, found.LeaderEpoch, found.EndOffset);
    }

    private async Task<(long Offset, long Timestamp)> OffsetAndTimeAsync(long timestamp) =>
        await ListAsync(timestamp) is var answer && answer.ErrorCode == KafkaError.None
            ? (answer.Offset, answer.Timestamp)
            : throw new InvalidOperationException($"{timestamp}: {answer.ErrorCode}");
}
