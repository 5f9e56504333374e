using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Shared;

namespace KafkaBackup.Cli.Hosting;

/// <summary>The environment of the one backup that a configuration file describes.</summary>
internal sealed class ConfiguredEnvironment(BackupConfiguration configuration, KafkaClients clients, StoreLog log) : IBackupEnvironments, IDisposable
{
    private readonly BackupEnvironment _environment = Environment(configuration, clients, log, TimeProvider.System);

    public BackupEnvironment For(BackupId backup, RunId run) => backup == configuration.BackupId
        ? _environment
        : throw new BackupException(FailureKind.Configuration, $"This node is configured for backup '{configuration.BackupId}', not for '{backup}'.");

    public Fault? Prepare(BackupId backup, RunId run, string? definition) => null;

    /// <summary>Adapters for <paramref name="configuration"/>, which nobody has connected yet.</summary>
    internal static BackupEnvironment Environment(BackupConfiguration configuration, KafkaClients clients, StoreLog log, TimeProvider clock)
    {
        var store = Stores.Open(configuration.Storage);
        var patience = new StorePatience(clock, log.NoticeOf(store))
        {
            Retrying = verb => log.Metrics.Retried(configuration.BackupId, verb),
            Middle = configuration.Storage.Patience ?? (configuration.Backup.IsContinuous ? StorePatience.Endless : StorePatience.Default),
        };
        var metered = new MeteredObjectStore(store, configuration.BackupId, Stores.BackendOf(configuration.Storage), patience, log.Metrics);
        var patient = new RetryingObjectStore(metered, patience, new Random());
        return new BackupEnvironment(configuration, patient, clients.CreateSource(), new KafkaTopicCatalog(clients))
        {
            Patience = patience,
            Views = patient.Briefly(),
        };
    }

    public void Dispose()
    {
        _environment.Source.Dispose();
        _environment.Catalog.Dispose();
        (_environment.Store as IDisposable)?.Dispose();
    }
}
