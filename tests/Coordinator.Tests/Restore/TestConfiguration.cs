using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;

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
}
