using Akka.Configuration;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>The numbers of a backup coordinator, from HOCON <c>kafka-backup.coordinator</c>.</summary>
public sealed record BackupCoordinatorSettings
{
    /// <summary>How many partitions are assigned at the same time; with more than one node, for each further one twice <c>max_concurrent_partitions</c> more. Default: 256.</summary>
    public int Window { get; init; } = 256;

    /// <summary>How often assignments and questions are repeated. Default: 10 s.</summary>
    public TimeSpan ReassertInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a stop waits for workers before the run is finished without them. Default: 20 s.</summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a continuous run waits for somebody to renew what keeps it from the source: an expired certificate.
    /// Default: 2 minutes.</summary>
    public TimeSpan RenewalPatience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Reads the section.</summary>
    public static BackupCoordinatorSettings From(Config config) => new()
    {
        Window = config.GetInt("window"),
        ReassertInterval = config.GetTimeSpan("reassert-interval"),
        StopPatience = config.GetTimeSpan("stop-patience"),
        RenewalPatience = config.GetTimeSpan("renewal-patience"),
    };
}
