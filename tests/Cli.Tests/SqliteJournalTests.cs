using KafkaBackup.Cli.Hosting;
using Microsoft.Data.Sqlite;
using Xunit;

namespace KafkaBackup.Cli.Tests;

/// <summary>Which workers need ask the journal for what an earlier life of theirs has uploaded.</summary>
public sealed class SqliteJournalTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private string JournalPath => Path.Combine(_folder.FullName, "journal.db");

    [Theory]
    [InlineData(true, "p.uploaded.1")]
    [InlineData(true, "p.uploaded.1", "p.uploaded.1", "p.committed.1")]
    [InlineData(true, "p.snapshot.1")]
    [InlineData(true, "p.uploaded.1", "p.of-a-later-version.1")]
    [InlineData(false, "p.uploaded.1", "p.committed.1")]
    [InlineData(false, "p.uploaded.1", "p.uploaded.1", "p.committed.1", "p.dropped.1")]
    [InlineData(false)]
    public void A_worker_asks_the_journal_that_has_more_uploads_of_it_than_outcomes(bool asks, params string[] events)
    {
        Write([.. events.Select(manifest => ("worker-1", manifest)), ("worker-2", "p.uploaded.1"), ("worker-2", "p.committed.1")]);

        var workers = SqliteJournal.WorkersIn(JournalPath);

        Assert.Equal(asks, workers.MayHave("worker-1"));
        Assert.False(workers.MayHave("worker-2"));
    }

    [Fact]
    public void Of_a_journal_that_is_not_there_nobody_asks() => Assert.False(SqliteJournal.WorkersIn(JournalPath).MayHave("worker-1"));

    [Fact]
    public void Of_a_journal_that_cannot_be_understood_each_worker_asks()
    {
        File.WriteAllText(JournalPath, "This is no database, however long it may be.");

        Assert.True(SqliteJournal.WorkersIn(JournalPath).MayHave("worker-1"));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Write(IReadOnlyList<(string Worker, string Manifest)> events)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = JournalPath, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE journal (ordering INTEGER PRIMARY KEY AUTOINCREMENT, deleted Bit NOT NULL, persistence_id NVarChar(255) NOT NULL, manifest NVarChar(500) NULL)";
        command.ExecuteNonQuery();
        command.CommandText = "INSERT INTO journal (deleted, persistence_id, manifest) VALUES (0, $worker, $manifest)";
        foreach (var (worker, manifest) in events)
        {
            command.Parameters.Clear();
            command.Parameters.AddWithValue("$worker", worker);
            command.Parameters.AddWithValue("$manifest", manifest);
            command.ExecuteNonQuery();
        }
    }
}
