using System.Data.Common;
using Akka.Hosting;
using Akka.Persistence.Hosting;
using Akka.Persistence.Sql.Hosting;
using KafkaBackup.PartitionWorkers.Node;
using LinqToDB;
using LinqToDB.Interceptors;
using Microsoft.Data.Sqlite;

namespace KafkaBackup.Cli.Hosting;

/// <summary>The workers' journal in a SQLite file of this machine.</summary>
internal static class SqliteJournal
{
    private const string IsTableThere = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'journal'";

    /// <summary>What an earlier or a later program journaled counts as an upload: it is looked at.</summary>
    private const string UnsettledWorkers = """
        SELECT persistence_id FROM journal WHERE deleted = 0 GROUP BY persistence_id
        HAVING 2 * sum(CASE WHEN manifest IN ('p.committed.1', 'p.dropped.1') THEN 1 ELSE 0 END) < count(*)
        """;

    public static AkkaConfigurationBuilder WithSqliteJournal(this AkkaConfigurationBuilder builder, string path) => builder.WithSqlPersistence(
        new DataOptions()
            .UseConnectionString(ProviderName.SQLiteMS, new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 }.ToString())
            .UseInterceptor(new Pragmas()),
        PersistenceMode.Both);

    /// <summary>The workers of which a journal that only this process uses has more uploads than commits.</summary>
    /// <param name="path">The file, which is looked into, or made, when a first worker wants to know.</param>
    public static JournaledWorkers WorkersIn(string path) => new(() => ReadWorkers(path));

    private static List<string>? ReadWorkers(string path)
    {
        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 5 }.ToString());
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = IsTableThere;
            if (command.ExecuteScalar() is 0L)
            {
                return [];
            }

            command.CommandText = UnsettledWorkers;
            using var reader = command.ExecuteReader();
            List<string> workers = [];
            while (reader.Read())
            {
                workers.Add(reader.GetString(0));
            }

            return workers;
        }
        catch (SqliteException)
        {
            return null; // Each of them will find out why, and say so.
        }
    }

    /// <summary>Write-ahead logging for every connection: without it concurrent writers run into each other's locks. And an index, without which each worker that begins has the
    /// events of all others gone through: Akka.Persistence.Sql makes none in SQLite.</summary>
    private sealed class Pragmas : ConnectionInterceptor
    {
        private const string Text = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=10000;";
        private const string Index = "CREATE INDEX IF NOT EXISTS journal_of_worker ON journal (persistence_id, sequence_number)";

        private volatile bool _isIndexed;

        public override void ConnectionOpened(ConnectionEventData eventData, DbConnection connection)
        {
            using var command = connection.CreateCommand();
            command.CommandText = Text;
            command.ExecuteNonQuery();
            if (!_isIndexed)
            {
                command.CommandText = IsTableThere;
                _isIndexed = command.ExecuteScalar() is 1L && TryIndex(command);
            }
        }

        /// <summary>Without it all goes on, at worst slowly: whoever cannot use the table itself says so.</summary>
        private static bool TryIndex(DbCommand command)
        {
            try
            {
                command.CommandText = Index;
                command.ExecuteNonQuery();
            }
            catch (SqliteException)
            {
                // As of a table of another make, or on a full disk.
            }

            return true;
        }

        public override Task ConnectionOpenedAsync(ConnectionEventData eventData, DbConnection connection, CancellationToken cancellationToken)
        {
            ConnectionOpened(eventData, connection); // SQLite does nothing asynchronously.
            return Task.CompletedTask;
        }
    }
}
