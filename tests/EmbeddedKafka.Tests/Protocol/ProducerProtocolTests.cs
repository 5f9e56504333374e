using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Kafka.Wire.Records;
using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests.Protocol;

public abstract class ProducerProtocolTests : ProtocolTestBase
{
    [SkippableFact]
    public async Task A_producer_without_a_transactional_id_is_given_a_new_id_each_time()
    {
        var first = await InitAsync();
        var second = await InitAsync();
        var third = await InitAsync(expected: second);

        Assert.All([first, second, third], producer => Assert.Equal((KafkaError.None, 0), (producer.ErrorCode, producer.ProducerEpoch)));
        Assert.Equal(3, new[] { first, second, third }.Select(producer => producer.ProducerId).Where(id => id >= 0).Distinct().Count());
    }

    [SkippableFact]
    public async Task The_last_five_batches_of_a_producer_are_known_again()
    {
        var producer = await InitAsync();
        foreach (var sequence in Enumerable.Range(0, 6))
        {
            await ProduceAsync(Batch(producer: producer, sequence: sequence));
        }

        foreach (var sequence in Enumerable.Range(1, 5))
        {
            var again = await ProduceAsync(Batch(producer: producer, sequence: sequence));
            Assert.Equal((KafkaError.None, sequence), (again.ErrorCode, again.BaseOffset));
        }

        Assert.Equal(KafkaError.OutOfOrderSequenceNumber, (await ProduceAsync(Batch(producer: producer, sequence: 0))).ErrorCode);
        Assert.Equal(6, (await ListAsync(-1)).Offset);
    }

    [SkippableFact]
    public async Task A_batch_sent_twice_is_kept_once_and_answered_alike()
    {
        var producer = await InitAsync();
        await ProduceAsync(Batch(records: 3, producer, sequence: 0));

        var first = await ProduceAsync(Batch(records: 2, producer, sequence: 3));
        var again = await ProduceAsync(Batch(records: 2, producer, sequence: 3));

        Assert.Equal((KafkaError.None, 3), (first.ErrorCode, first.BaseOffset));
        Assert.Equal((KafkaError.None, 3), (again.ErrorCode, again.BaseOffset));
        Assert.Equal(5, (await ListAsync(-1)).Offset);
    }

    [SkippableFact]
    public async Task A_gap_in_the_sequence_is_refused()
    {
        var producer = await InitAsync();
        await ProduceAsync(Batch(records: 3, producer, sequence: 0));

        Assert.Equal(KafkaError.OutOfOrderSequenceNumber, (await ProduceAsync(Batch(producer: producer, sequence: 4))).ErrorCode);
        Assert.Equal(KafkaError.OutOfOrderSequenceNumber, (await ProduceAsync(Batch(producer: producer, sequence: 1))).ErrorCode);
    }

    [SkippableFact]
    public async Task A_new_epoch_begins_at_zero_and_fences_the_old_one()
    {
        var old = await InitAsync();
        var young = new InitProducerIdResponse { ProducerId = old.ProducerId, ProducerEpoch = 1 };
        await ProduceAsync(Batch(producer: old, sequence: 0));

        Assert.Equal(KafkaError.OutOfOrderSequenceNumber, (await ProduceAsync(Batch(producer: young, sequence: 1))).ErrorCode);
        Assert.Equal(KafkaError.None, (await ProduceAsync(Batch(producer: young, sequence: 0))).ErrorCode);
        Assert.Equal(KafkaError.InvalidProducerEpoch, (await ProduceAsync(Batch(producer: old, sequence: 1))).ErrorCode);
    }

    [SkippableFact]
    public async Task The_sequence_goes_on_at_zero_after_the_greatest_number()
    {
        var producer = await InitAsync();

        Assert.Equal(KafkaError.None, (await ProduceAsync(Batch(records: 3, producer, sequence: int.MaxValue - 1))).ErrorCode);
        Assert.Equal(KafkaError.None, (await ProduceAsync(Batch(producer: producer, sequence: 1))).ErrorCode);
    }

    [SkippableFact]
    public async Task Acknowledgements_are_none_one_or_all()
    {
        Assert.Equal(KafkaError.InvalidRequiredAcks, (await ProduceAsync(Batch(), acks: 2)).ErrorCode);
    }

    [SkippableFact]
    public async Task Two_batches_for_one_partition_are_refused()
    {
        Assert.Equal(KafkaError.InvalidRecord, (await ProduceAsync(new byte[][] { Batch(), Batch() }.SelectMany(bytes => bytes).ToArray())).ErrorCode);
        Assert.Equal(0, (await ListAsync(-1)).Offset);
    }

    [SkippableFact]
    public async Task An_unknown_partition_is_refused()
    {
        Assert.Equal(KafkaError.UnknownTopicOrPartition, (await ProduceAsync(Batch(), partition: 7)).ErrorCode);
    }

    [SkippableFact]
    public async Task A_topic_is_written_to_by_its_id()
    {
        Assert.Equal((KafkaError.None, 0), (await ProduceAsync(Batch(), version: 13)) is var answer ? (answer.ErrorCode, answer.BaseOffset) : default);
    }

    [SkippableFact]
    public async Task A_transaction_writes_only_to_partitions_that_were_added()
    {
        var producer = await InitAsync(Topic);

        var batch = Batch(producer: producer, sequence: 0, isTransactional: true);

        Assert.Equal(KafkaError.InvalidTxnState, (await ProduceAsync(batch, transactionalId: Topic, version: 10)).ErrorCode);
        Assert.Equal(KafkaError.TransactionAbortable, (await ProduceAsync(batch, transactionalId: Topic, version: 11)).ErrorCode);
    }

    [SkippableFact]
    public async Task Aborted_transactions_are_listed_for_who_reads_committed_records()
    {
        var producer = await InitAsync(Topic);
        await ProduceAsync(Batch(records: 2));
        await AddPartitionsAsync(Topic, producer, 0);
        await ProduceAsync(Batch(records: 2, producer, sequence: 0, isTransactional: true), transactionalId: Topic);

        var open = await FetchAsync(0, request => request.IsolationLevel = 1);
        Assert.Equal((2, 4), (open.LastStableOffset, open.HighWatermark));
        Assert.Equal(Batch(records: 2).Length, open.Records!.Length);
        Assert.Equal(2, (await ListAsync(-1, isCommittedOnly: true)).Offset);
        Assert.Equal(KafkaError.None, (await EndAsync(Topic, producer, isCommit: false)).ErrorCode);
        await WaitForMarkerAsync(5);

        var all = await FetchAsync(0);
        var committed = await FetchAsync(0, request => request.IsolationLevel = 1);
        Assert.Null(all.AbortedTransactions);
        Assert.Equal((producer.ProducerId, 2), Assert.Single(committed.AbortedTransactions!) is var one ? (one.ProducerId, one.FirstOffset) : default);
        Assert.Equal(5, committed.LastStableOffset);
        Assert.Empty((await FetchAsync(5, request => request.IsolationLevel = 1)).AbortedTransactions!);
    }

    [SkippableFact]
    public async Task A_transaction_ends_once_and_the_same_end_may_be_repeated()
    {
        var producer = await InitAsync(Topic);
        Assert.Equal(KafkaError.InvalidTxnState, (await EndAsync(Topic, producer, isCommit: true)).ErrorCode);
        await AddPartitionsAsync(Topic, producer, 0, 1);

        Assert.Equal(KafkaError.None, (await EndAsync(Topic, producer, isCommit: true)).ErrorCode);
        Assert.Equal(KafkaError.None, (await EndAsync(Topic, producer, isCommit: true)).ErrorCode);
        Assert.Equal(KafkaError.InvalidTxnState, (await EndAsync(Topic, producer, isCommit: false)).ErrorCode);
    }

    [SkippableFact]
    public async Task Since_version_five_the_end_of_a_transaction_raises_the_epoch()
    {
        var producer = await InitAsync(Topic);
        await ProduceAsync(Batch(producer: producer, sequence: 0, isTransactional: true), transactionalId: Topic, version: 12);

        var end = await EndAsync(Topic, producer, isCommit: true, version: 5);

        Assert.Equal((KafkaError.None, producer.ProducerId, 1), (end.ErrorCode, end.ProducerId, end.ProducerEpoch));
    }

    [SkippableFact]
    public async Task Partitions_are_added_all_or_none()
    {
        var producer = await InitAsync(Topic);

        var added = (await AddPartitionsAsync(Topic, producer, 0, 9)).Topics[0].Partitions;

        Assert.Equal(KafkaError.OperationNotAttempted, added.Single(partition => partition.Index == 0).ErrorCode);
        Assert.Equal(KafkaError.UnknownTopicOrPartition, added.Single(partition => partition.Index == 9).ErrorCode);
    }

    [SkippableFact]
    public async Task An_older_producer_of_a_transactional_id_is_fenced()
    {
        var old = await InitAsync(Topic);
        var young = await InitAsync(Topic);
        Assert.Equal((old.ProducerId, old.ProducerEpoch + 1), (young.ProducerId, young.ProducerEpoch));

        Assert.Equal(KafkaError.ProducerFenced, (await AddPartitionsAsync(Topic, old, 0)).Topics[0].Partitions[0].ErrorCode);
        Assert.Equal(KafkaError.ProducerFenced, (await EndAsync(Topic, old, isCommit: true)).ErrorCode);
        Assert.Equal(KafkaError.InvalidProducerIdMapping, (await EndAsync(Topic, new InitProducerIdResponse { ProducerId = 999_999, ProducerEpoch = 0 }, isCommit: true)).ErrorCode);
    }

    [SkippableFact]
    public async Task Records_that_are_refused_are_told_one_by_one_with_the_start_of_the_log()
    {
        var ahead = TimeProvider.System.GetUtcNow().AddHours(2).ToUnixTimeMilliseconds();

        var refused = await ProduceAsync(Batch(records: 2, timestamp: ahead));

        Assert.Equal((KafkaError.InvalidTimestamp, 0), (refused.ErrorCode, refused.LogStartOffset));
        Assert.Equal([0, 1], refused.RecordErrors.Select(record => record.BatchIndex));
    }

    [SkippableFact]
    public async Task The_broker_sets_offsets_and_times_whatever_the_batch_says()
    {
        var (placed, stamped) = (Batch(), Batch(records: 2));
        placed[RecordBatchLayout.BaseOffset + 7] = 9;
        RecordBatchPatch.SetMaxTimestamp(stamped, TimestampType.LogAppendTime, 1_001);

        Assert.Equal(KafkaError.InvalidRecord, (await ProduceAsync(placed)).ErrorCode);
        Assert.Equal(KafkaError.None, (await ProduceAsync(stamped)).ErrorCode);

        var header = RecordBatchHeader.Parse((await FetchAsync(0)).Records!.ToMemory().Span);
        Assert.Equal((TimestampType.CreateTime, 1_001), (header.TimestampType, header.MaxTimestamp));
    }

    [SkippableFact]
    public async Task A_transactional_batch_needs_a_transactional_id()
    {
        Assert.Equal(
            KafkaError.TransactionalIdAuthorizationFailed, (await ProduceAsync(Batch(producer: await InitAsync(), sequence: 0, isTransactional: true))).ErrorCode);
    }

    [SkippableFact]
    public async Task A_producer_over_an_open_transaction_comes_two_epochs_later()
    {
        var old = await InitAsync(Topic);
        await AddPartitionsAsync(Topic, old, 0);

        Assert.Equal(old.ProducerEpoch + 2, (await InitAsync(Topic)).ProducerEpoch);
    }

    [SkippableFact]
    public async Task A_producer_that_asks_for_its_next_epoch_again_gets_the_same()
    {
        var first = await InitAsync(Topic);

        var next = await InitAsync(Topic, expected: first);
        var again = await InitAsync(Topic, expected: first);

        Assert.Equal((KafkaError.None, first.ProducerEpoch + 1), (next.ErrorCode, next.ProducerEpoch));
        Assert.Equal((KafkaError.None, next.ProducerId, next.ProducerEpoch), (again.ErrorCode, again.ProducerId, again.ProducerEpoch));
        Assert.Equal(KafkaError.InvalidRequest, (await InitAsync(Topic, expected: new InitProducerIdResponse { ProducerId = next.ProducerId })).ErrorCode);
    }

    [SkippableFact]
    public async Task Since_version_five_nothing_can_be_aborted_but_not_committed()
    {
        var producer = await InitAsync(Topic);

        Assert.Equal((KafkaError.InvalidTxnState, -1), await EndAsync(Topic, producer, isCommit: true, version: 5) is var commit ? (commit.ErrorCode, commit.ProducerId) : default);
        Assert.Equal((KafkaError.None, 1), await EndAsync(Topic, producer, isCommit: false, version: 5) is var abort ? (abort.ErrorCode, abort.ProducerEpoch) : default);
        Assert.Equal(KafkaError.InvalidTxnState, (await EndAsync(Topic, producer, isCommit: true, version: 5)).ErrorCode);
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(int.MaxValue)]
    public async Task A_transaction_timeout_must_be_sensible(int timeoutMs)
    {
        Assert.Equal(KafkaError.InvalidTransactionTimeout, (await InitAsync(Topic, timeoutMs)).ErrorCode);
    }

    private async Task WaitForMarkerAsync(long next)
    {
        while ((await ListAsync(-1, isCommittedOnly: true)).Offset < next)
        {
            await Task.Yield();
        }
    }
}
