using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Testing.Kafka;

/// <summary>One backup of a <see cref="FakeCluster"/> into a store, as a node would be configured for it.</summary>
public sealed class FakeEnvironment(FakeCluster cluster, IObjectStore store, BackupConfiguration configuration) : IBackupEnvironments
{
    public FakeEnvironment(FakeCluster cluster, IObjectStore store, BackupId backup)
        : this(cluster, store, Configured(backup))
    {
    }

    /// <summary>A full one-shot backup of all topics.</summary>
    public static BackupConfiguration Configured(BackupId backup) => new()
    {
        Mode = "backup",
        BackupId = backup,
        Source = new KafkaSection { BootstrapServers = ["broker:9092"] },
        Storage = new NoStorage(),
    };

    /// <summary>How long the store is borne with, if anybody asks.</summary>
    public StorePatience Patience { get; init; } = new(TimeProvider.System);

    public BackupEnvironment For(BackupId backup, RunId run) => new(configuration, store, cluster.Source, cluster.Catalog) { Patience = Patience };

    /// <summary>Why this node cannot serve the backup; null when it can.</summary>
    public Fault? Unfit { get; set; }

    public Fault? Prepare(BackupId backup, RunId run, string? definition) => Unfit;

    private sealed record NoStorage : StorageSection;
}
