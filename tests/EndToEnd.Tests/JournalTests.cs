using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;
using Microsoft.Data.Sqlite;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>The workers' journal is a cache: whatever is wrong with it is told once, and no run fails, hangs or ends over it.</summary>
/// <remarks>Records are large, as small segments are not journaled.</remarks>
public sealed class JournalTests : BrokerTest
{
    [Theory]
    [InlineData("UPDATE journal SET manifest = 'p.of-a-later-version.1'")]
    [InlineData("UPDATE journal SET message = x'7b'")]
    [InlineData("ALTER TABLE journal RENAME COLUMN message TO msg")]
    public async Task A_journal_that_is_not_understood_is_set_aside_with_one_warning(string damage)
    {
        var partition = new PartitionId(await NewTopicAsync("orders"), 0);
        var produced = await Broker.ProduceAsync(partition, SampleRecords.Plain(100, seed: 1, bytes: 20_000));
        var backup = NewBackup(Name("orders"));
        await backup.SucceedAsync();
        Execute(backup, "DELETE FROM journal WHERE manifest = 'p.committed.1'"); // As if the run had been killed before: what is left has to be looked at.
        Execute(backup, damage);
        produced.Add(await Broker.ProduceAsync(partition, SampleRecords.Plain(100, seed: 2, bytes: 20_000)));

        var run = await backup.SucceedAsync();

        Assert.Contains("The workers' journal could not be read", Assert.Single(run.Log, line => line.StartsWith("[WARN]", StringComparison.Ordinal)), StringComparison.Ordinal);
        StoredRecords.AssertExactly(backup, produced);
        Assert.True(File.Exists(JournalOf(backup) + ".unreadable"));
        (await backup.SucceedAsync()).AssertSaysNothingOf("[WARN]");
    }

    [Fact]
    public async Task A_workers_events_are_found_without_going_through_those_of_all_others()
    {
        var partition = new PartitionId(await NewTopicAsync("orders"), 0);
        await Broker.ProduceAsync(partition, SampleRecords.Plain(100, seed: 1, bytes: 20_000));
        var backup = NewBackup(Name("orders"));
        await backup.SucceedAsync();

        await using var journal = Open(backup);
        await using var command = journal.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN SELECT message FROM journal WHERE persistence_id = 'worker-1' AND sequence_number > 0 ORDER BY sequence_number";
        await using var plan = await command.ExecuteReaderAsync();
        Assert.True(await plan.ReadAsync());
        Assert.StartsWith("SEARCH journal USING INDEX", plan.GetString(3), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_that_is_cut_off_is_set_aside()
    {
        var partition = new PartitionId(await NewTopicAsync("orders"), 0);
        var produced = await Broker.ProduceAsync(partition, SampleRecords.Plain(100, seed: 1, bytes: 20_000));
        var backup = NewBackup(Name("orders"));
        await backup.SucceedAsync();
        await using (var journal = File.OpenWrite(JournalOf(backup)))
        {
            journal.SetLength(journal.Length / 2);
        }

        produced.Add(await Broker.ProduceAsync(partition, SampleRecords.Plain(100, seed: 2, bytes: 20_000)));
        await backup.SucceedAsync();

        StoredRecords.AssertExactly(backup, produced);
    }

    [Fact]
    public async Task A_journal_that_another_process_holds_on_to_ends_nothing()
    {
        var partition = new PartitionId(await NewTopicAsync("orders"), 0);
        var produced = await Broker.ProduceAsync(partition, SampleRecords.Plain(100, seed: 1, bytes: 20_000));
        var backup = NewBackup(Name("orders"));
        await backup.SucceedAsync();
        produced.Add(await Broker.ProduceAsync(partition, SampleRecords.Plain(100, seed: 2, bytes: 20_000)));

        await using (var connection = Open(backup))
        {
            Execute(connection, "PRAGMA journal_mode=DELETE; PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE");
            await backup.SucceedAsync();
        }

        StoredRecords.AssertExactly(backup, produced);
    }

    private static string JournalOf(TestBackup backup) => Path.Combine(backup.Local, $"{backup.Id}-journal.db");

    private static SqliteConnection Open(TestBackup backup)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = JournalOf(backup), Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private static void Execute(TestBackup backup, string sql)
    {
        using var connection = Open(backup);
        Execute(connection, sql);
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
