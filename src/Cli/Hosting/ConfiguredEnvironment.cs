using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared;

namespace KafkaBackup.Cli.Hosting;

/// <summary>The environment of the one backup that a configuration file describes.</summary>
internal sealed class ConfiguredEnvironment(BackupConfiguration configuration, KafkaClients clients) : IBackupEnvironments, IDisposable
{
    private readonly BackupEnvironment _environment =
        new(configuration, Stores.Open(configuration.Storage), new KafkaRecordSource(clients), new KafkaTopicCatalog(clients));

    public BackupEnvironment For(BackupId backup) => backup == configuration.BackupId
        ? _environment
        : throw new BackupException(FailureKind.Configuration, $"This node is configured for backup '{configuration.BackupId}', not for '{backup}'.");

    public void Dispose()
    {
        _environment.Source.Dispose();
        _environment.Catalog.Dispose();
        (_environment.Store as IDisposable)?.Dispose();
    }
}
