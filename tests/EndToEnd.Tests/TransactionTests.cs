using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests;

public sealed class TransactionTests : BrokerTest
{
    [Fact]
    public async Task Committed_transactions_are_stored_and_aborted_ones_are_not()
    {
        var topic = await NewTopicAsync(partitions: 2);
        PartitionId first = new(topic, 0), second = new(topic, 1);
        var produced = await Broker.ProduceAsync(first, SampleRecords.Plain(20, seed: 1));
        using (var committed = Broker.BeginTransaction())
        {
            await committed.ProduceAsync(first, SampleRecords.Plain(30, seed: 2));
            await committed.ProduceAsync(second, SampleRecords.OfAllShapes());
            produced.Add(await committed.CommitAsync());
        }

        using (var aborted = Broker.BeginTransaction())
        {
            await aborted.ProduceAsync(first, SampleRecords.Plain(30, seed: 3));
            await aborted.ProduceAsync(second, SampleRecords.Plain(30, seed: 4));
            await aborted.AbortAsync();
        }

        produced.Add(await Broker.ProduceAsync(first, SampleRecords.Plain(20, seed: 5)));
        var backup = NewBackup(topic);
        var run = await backup.SucceedAsync();

        run.AssertSays($"Backed up {produced.Count} records across 1 topic");
        StoredRecords.AssertExactly(backup, produced);
    }

    [Fact]
    public async Task A_tail_of_markers_and_aborted_records_is_finished_and_not_read_again()
    {
        var topic = await NewTopicAsync();
        var partition = new PartitionId(topic, 0);
        using var transaction = Broker.BeginTransaction();
        await transaction.ProduceAsync(partition, SampleRecords.Plain(10));
        var produced = await transaction.CommitAsync();
        var backup = NewBackup(topic);
        await backup.SucceedAsync();
        using var aborted = Broker.BeginTransaction();
        await aborted.ProduceAsync(partition, SampleRecords.Plain(10));
        await aborted.AbortAsync();

        var second = await backup.SucceedAsync();
        var store = StoreSnapshot.Of(backup.Store);
        var third = await backup.SucceedAsync();

        second.AssertSays("starting at offset 11 (saved: 10)").AssertSays("Backed up 0 new records across 1 topic");
        third.AssertSaysNothingOf("starting at");
        store.AssertUnchanged(backup.Store);
        StoredRecords.AssertExactly(backup, produced);
        Assert.Equal([new OffsetRange(0, 22)], await backup.CoverageOfAsync(partition));
    }

    [Fact]
    public async Task A_run_ends_where_an_open_transaction_begins_and_the_next_one_has_the_rest()
    {
        var topic = await NewTopicAsync();
        var partition = new PartitionId(topic, 0);
        var produced = await Broker.ProduceAsync(partition, SampleRecords.Plain(5, seed: 1));
        using var transaction = Broker.BeginTransaction();
        await transaction.ProduceAsync(partition, SampleRecords.Plain(5, seed: 2));
        var behind = await Broker.ProduceAsync(partition, SampleRecords.Plain(5, seed: 3));
        var backup = NewBackup(topic);
        backup.Config = backup.Config with { Backup = ["open_transaction_limit_secs: 3000000000"] }; // The records' times are long ago.

        var blocked = await backup.SucceedAsync();

        blocked.AssertSays($"{partition}: a transaction is open at offset 5").AssertSays("Backed up 5 records").AssertSaysNothingOf("has been open");
        StoredRecords.AssertExactly(backup, produced);

        produced.Add(await transaction.CommitAsync());
        produced.Add(behind);
        var rest = await backup.SucceedAsync();

        rest.AssertSays("Backed up 10 new records").AssertSaysNothingOf("transaction");
        StoredRecords.AssertExactly(backup, produced);
    }

    [Fact]
    public async Task A_transaction_that_has_been_open_for_too_long_is_told_and_counts_and_status_shows_it()
    {
        var topic = await NewTopicAsync();
        var partition = new PartitionId(topic, 0);
        var produced = await Broker.ProduceAsync(partition, SampleRecords.Plain(5, seed: 1));
        using var transaction = Broker.BeginTransaction();
        await transaction.ProduceAsync(partition, SampleRecords.Plain(5, seed: 2)); // Of 2024.
        await Broker.ProduceAsync(partition, SampleRecords.Plain(5, seed: 3));
        var backup = NewBackup(topic);

        var run = await backup.RunAsync();

        run.AssertExit(3).AssertSays($"{partition} (10 offsets, for ").AssertSays("a transaction has been open at offset 5 since 2024-01-01T00:00:00Z");
        StoredRecords.AssertExactly(backup, produced);
        using var status = CliRun.Start(backup.Local, ["status", "-c", backup.WriteConfig()]);
        Assert.Contains($"held back  {partition}: 10 offsets by a transaction that is open at offset 5", (await status.FinishAsync()).AssertExit(0).Output, StringComparison.Ordinal);
    }
}
