using Akka.Hosting;
using Akka.Persistence.Hosting;
using Akka.Persistence.Sql.Hosting;
using KafkaBackup.Shared;
using LinqToDB;
using Npgsql;

namespace KafkaBackup.Cli.Hosting;

/// <summary>The workers' journal in a PostgreSQL database that all nodes share: what a node left is then known where its partitions go on.</summary>
internal static class PostgreSqlJournal
{
    /// <summary>The limit of a database that does not answer: nothing waits for the journal, but its connections are few.</summary>
    private const int TimeoutSeconds = 10;

    public static AkkaConfigurationBuilder WithPostgreSqlJournal(this AkkaConfigurationBuilder builder, string connectionString) => builder.WithSqlPersistence(
        new DataOptions().UseConnectionString(ProviderName.PostgreSQL15, connectionString), PersistenceMode.Both);

    /// <summary>The connection string with the limits that are not set in it.</summary>
    /// <exception cref="BackupException">It is none.</exception>
    public static string Read(string text)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(text);
            settings.Timeout = settings.ContainsKey("Timeout") ? settings.Timeout : TimeoutSeconds;
            settings.CommandTimeout = settings.ContainsKey("Command Timeout") ? settings.CommandTimeout : TimeoutSeconds;
            return settings.ConnectionString;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw new BackupException(FailureKind.Configuration,
                "kafka-backup.journal.postgresql is no connection string of Npgsql, as 'Host=db;Database=kafka_backup;Username=u;Password=p': "
                + e.Message.ReplaceLineEndings(" "));
        }
    }
}
