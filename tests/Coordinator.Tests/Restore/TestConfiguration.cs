using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Oso;

namespace KafkaBackup.Coordinator.Tests.Restore;

internal static class TestConfiguration
{
    /// <summary>A restore of the backup 'nightly', as its section says.</summary>
    public static RestoreConfiguration Of(RestoreSection section) => new()
    {
        BackupId = new BackupId("nightly"),
        Target = new KafkaSection { Name = "target", BootstrapServers = ["kafka:9092"] },
        Storage = new FileSystemStorageSection { Path = "/backups" },
        Restore = section,
    };

    /// <summary>What a restore reads of a backup.</summary>
    public static BackupManifest Read(BackupManifest backup, RestoreConfiguration configuration) =>
        backup with { Topics = [.. backup.Topics.Select(RestorePlan.NeededBy(configuration)).OfType<ManifestTopic>()] };
}
