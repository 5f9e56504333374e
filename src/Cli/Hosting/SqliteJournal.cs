using System.Data.Common;
using Akka.Hosting;
using Akka.Persistence.Hosting;
using Akka.Persistence.Sql.Hosting;
using LinqToDB;
using LinqToDB.Interceptors;
using Microsoft.Data.Sqlite;

namespace KafkaBackup.Cli.Hosting;

/// <summary>The workers' journal in a SQLite file of this machine.</summary>
internal static class SqliteJournal
{
    public static AkkaConfigurationBuilder WithSqliteJournal(this AkkaConfigurationBuilder builder, string path) => builder.WithSqlPersistence(
        new DataOptions()
            .UseConnectionString(ProviderName.SQLiteMS, new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 }.ToString())
            .UseInterceptor(new Pragmas()),
        PersistenceMode.Both);

    /// <summary>Write-ahead logging for every connection: without it concurrent writers run into each other's locks.</summary>
    private sealed class Pragmas : ConnectionInterceptor
    {
        private const string Text = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=10000;";

        public override void ConnectionOpened(ConnectionEventData eventData, DbConnection connection)
        {
            using var command = connection.CreateCommand();
            command.CommandText = Text;
            command.ExecuteNonQuery();
        }

        public override async Task ConnectionOpenedAsync(ConnectionEventData eventData, DbConnection connection, CancellationToken cancellationToken)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = Text;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
