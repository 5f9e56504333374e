using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;
using Npgsql;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>Nodes that share a journal, in the PostgreSQL database that KAFKA_BACKUP_TEST_POSTGRESQL names, as Npgsql's connection string.</summary>
public sealed class SharedJournalTests : BrokerTest
{
    private static readonly string? Database = Environment.GetEnvironmentVariable("KAFKA_BACKUP_TEST_POSTGRESQL");

    [SkippableFact]
    public async Task What_nodes_have_uploaded_is_noted_in_the_database_that_all_of_them_share()
    {
        Skip.If(string.IsNullOrEmpty(Database), "KAFKA_BACKUP_TEST_POSTGRESQL names no database.");
        var (backup, produced) = await NewBackupOfAsync(partitions: 6);
        using var cluster = await new TestCluster(2, _ => Journal(Database)).StartAsync();
        var before = await NotedAsync();

        (await cluster.RunAsync("backup", "-c", backup.WriteConfig())).AssertExit(0);

        StoredRecords.AssertExactly(backup, produced);
        Assert.True(await NotedAsync() > before);
        Assert.Empty(Directory.EnumerateFiles(cluster.Root, "journal.db", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_database_that_is_away_is_told_and_ends_nothing()
    {
        var (backup, produced) = await NewBackupOfAsync(partitions: 2);
        using var cluster = await new TestCluster(1, _ => Journal($"Host=127.0.0.1;Port={TestNode.FreePort()};Username=nobody")).StartAsync();

        (await cluster.RunAsync("backup", "-c", backup.WriteConfig())).AssertExit(0);

        StoredRecords.AssertExactly(backup, produced);
        await cluster.Nodes[0].Run.TerminateAsync();
        (await cluster.Nodes[0].Run.FinishAsync()).AssertSays("The workers' journal could not be read").AssertSays("It is tried again after 60 s");
    }

    private async Task<(TestBackup Backup, ProducedRecords Produced)> NewBackupOfAsync(int partitions)
    {
        var topic = await NewTopicAsync(partitions: partitions);
        var produced = new ProducedRecords();
        for (var number = 0; number < partitions; number++)
        {
            produced.Add(await Broker.ProduceAsync(new PartitionId(topic, number), SampleRecords.Plain(100, seed: 1, bytes: 20_000))); // Smaller segments are not journaled.
        }

        return (NewBackup(topic), produced);
    }

    private static Dictionary<string, string> Journal(string database) => new(StringComparer.Ordinal) { ["KAFKA_BACKUP_JOURNAL_POSTGRESQL"] = database };

    /// <summary>How many events were ever written.</summary>
    private static async Task<long> NotedAsync()
    {
        await using var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT last_value FROM pg_sequences WHERE sequencename = 'journal_ordering_seq'", connection);
        return await command.ExecuteScalarAsync() as long? ?? 0;
    }
}
