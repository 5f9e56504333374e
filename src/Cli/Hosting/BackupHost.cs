using Akka.Cluster.Hosting;
using Akka.Configuration;
using Akka.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.Coordinator.Backup;
using KafkaBackup.Coordinator.Manifest;
using KafkaBackup.Coordinator;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.PartitionWorkers.Backup;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.PartitionWorkers;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace KafkaBackup.Cli.Hosting;

/// <summary>Puts the program together: a cluster of one member on loopback, with the same actors that a cluster of many runs.</summary>
internal static class BackupHost
{
    /// <summary>Builds the host of a run.</summary>
    /// <param name="configuration">What to back up.</param>
    /// <param name="state">Where local files lie.</param>
    /// <param name="output">What is logged, and how.</param>
    /// <param name="writeLine">Takes log lines.</param>
    /// <exception cref="BackupException">The memory budget is too small for a single partition.</exception>
    public static IHost Build(BackupConfiguration configuration, LocalState state, OutputOptions output, Action<string> writeLine)
    {
        var memory = PermitBudget.BytesFor(configuration.Backup, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        _ = PermitBudget.For(configuration.Backup, memory); // Refused before anything is begun.
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        ActorHosting.AddLogging(builder.Logging, output, namesBackups: false, writeLine);
        builder.Services
            .AddSingleton(configuration)
            .AddSingleton<KafkaClients>()
            .AddSingleton<IBackupEnvironments, ConfiguredEnvironment>()
            .AddSingleton(services => new JournalHealth(problem =>
            {
                state.SetJournalAside();
                services.GetRequiredService<WorkerLog>().JournalFailed(problem);
            }, services.GetRequiredService<TimeProvider>()))
            .AddActorParts()
            .AddAkka("kafka-backup", (akka, services) => akka
                .WithSharedParts(output, HoconOf(configuration))
                .WithClustering(new ClusterOptions { Roles = [CoordinatorHosting.Role, WorkerHosting.Role] })
                .WithSqliteJournal(state.JournalPath)
                .WithBackupCoordinators(settings => Manifests(services, state, settings))
                .WithPartitionWorkers(memory, settings => Workers(services, state, memory, settings))
                .AddStartup((system, _) =>
                {
                    var cluster = Akka.Cluster.Cluster.Get(system);
                    cluster.Join(cluster.SelfAddress);
                }));
        return builder.Build();
    }

    private static Config HoconOf(BackupConfiguration configuration)
    {
        var single = CoordinatorHosting.LoadHocon("single").WithFallback(CoordinatorHosting.LoadHocon("reference"));
        return configuration.Backup.IsContinuous ? single : CoordinatorHosting.LoadHocon("once").WithFallback(single);
    }

    private static LedgerServices Manifests(IServiceProvider services, LocalState state, LedgerSettings settings) => new(
        services.GetRequiredService<IBackupEnvironments>(), _ => state.OffsetsPath, settings, services.GetRequiredService<RunLog>(),
        services.GetRequiredService<TimeProvider>(), () => $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}")
    {
        Metrics = services.GetRequiredService<RunMetrics>(),
    };

    private static PartitionWorkerServices Workers(IServiceProvider services, LocalState state, long memoryBytes, PartitionWorkerSettings settings) => new(
        services.GetRequiredService<IBackupEnvironments>(), memoryBytes, settings, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<WorkerLog>())
    {
        Progress = services.GetRequiredService<NodeProgress>(),
        Metrics = services.GetRequiredService<WorkerMetrics>(),
        Journal = services.GetRequiredService<JournalHealth>(),
        Journaled = SqliteJournal.WorkersIn(state.JournalPath),
    };
}
