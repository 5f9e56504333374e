using Akka.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.Coordinator;
using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Kafka.Client;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.PartitionWorkers.Restore;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Cli.Hosting;

/// <summary>Puts a restore together: an actor system of its own, in this process.</summary>
internal static class RestoreHost
{
    /// <summary>Builds the host of a restore.</summary>
    /// <param name="configuration">What to restore.</param>
    /// <param name="output">What is logged, and how.</param>
    /// <param name="writeLine">Takes log lines.</param>
    public static IHost Build(RestoreConfiguration configuration, OutputOptions output, Action<string> writeLine)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        ActorHosting.AddLogging(builder.Logging, output, namesBackups: false, writeLine);
        builder.Services
            .AddSingleton(configuration)
            .AddSingleton<RestoreLog>()
            .AddSingleton(services => new KafkaClients(configuration.Target, services.GetRequiredService<ILogger<KafkaClients>>()))
            .AddSingleton<ITopicCatalog, KafkaTopicCatalog>(services => new KafkaTopicCatalog(services.GetRequiredService<KafkaClients>()))
            .AddSingleton<ITopicMaker, KafkaTopicMaker>()
            .AddSingleton<IGroupWriter, KafkaGroupWriter>(services => new KafkaGroupWriter(services.GetRequiredService<KafkaClients>(), TimeProvider.System))
            .AddSingleton(services => PatienceWith(Stores.Open(configuration.Storage), configuration, services.GetRequiredService<StoreLog>()))
            .AddSingleton<IObjectStore>(services => services.GetRequiredService<PatientStore>().Store)
            .AddSingleton(services => new Target(services.GetRequiredService<KafkaClients>(), configuration.Restore))
            .AddActorParts()
            .AddAkka("kafka-restore", (akka, services) => akka
                .WithSharedParts(output, CoordinatorHosting.LoadHocon("restore").WithFallback(CoordinatorHosting.LoadHocon("reference")))
                .WithActors((system, registry) =>
                {
                    var bytes = configuration.Restore.MemoryOf(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
                    var permits = system.ActorOf(PermitsActor.Props(bytes, services.GetRequiredService<WorkerMetrics>()), "permits");
                    registry.Register<ActorKeys.Permits>(permits);
                    registry.Register<ActorKeys.Restore>(system.ActorOf(RestoreCoordinatorActor.Props(Services(services, configuration, new NodeMemory(permits, bytes))), "restore"));
                }));
        return builder.Build();
    }

    private static RestoreServices Services(IServiceProvider services, RestoreConfiguration configuration, NodeMemory memory)
    {
        var (store, target, progress) = (services.GetRequiredService<IObjectStore>(), services.GetRequiredService<Target>(), services.GetRequiredService<NodeProgress>());
        var positions = new RestoreProgress(progress);
        var patience = services.GetRequiredService<PatientStore>().Patience;
        var workers = new RestoreWorkers(
            configuration.Restore, store, () => target.Parts, new RestorePace(configuration.Restore, TimeProvider.System), positions, new RestoreMemory(memory, configuration.Restore, "restore"));
        return new RestoreServices(
            configuration, store, services.GetRequiredService<ITopicCatalog>(), services.GetRequiredService<ITopicMaker>(),
            _ => patience.Begun(), // From here on an outage would cost all that is done by then.
            orders => [.. workers.For(orders).Zip(orders, (worker, order) => new OrderedWorker(worker, [order]))], services.GetRequiredService<RestoreLog>(),
            () => progress.Records, () => positions.Positions, target.CutOffAsync, TimeProvider.System)
        {
            Groups = services.GetRequiredService<IGroupWriter>(),
        };
    }

    /// <summary>A store that is borne with for as long as <paramref name="configuration"/> says, once the restore has begun.</summary>
    internal static PatientStore PatienceWith(IObjectStore store, RestoreConfiguration configuration, StoreLog log)
    {
        var patience = new StorePatience(TimeProvider.System, log.NoticeOf(store))
        {
            Middle = configuration.Storage.Patience ?? StorePatience.Default,
            AfterFailure = "start the restore again: it goes on from what the target holds.",
            AfterStop = "started again, the restore goes on from what the target holds.",
        };
        return new PatientStore(new RetryingObjectStore(store, patience, new Random()), patience);
    }

    /// <summary>The store, and how long it is borne with.</summary>
    internal sealed record PatientStore(RetryingObjectStore Store, StorePatience Patience);

    /// <summary>The target's one writer and reader, which connect once there is something to write and to read.</summary>
    private sealed class Target(KafkaClients clients, RestoreSection restore) : IDisposable
    {
        private readonly Lock _gate = new();
        private Task? _cutOff;

        public RestoreTarget Parts { get; } = new(restore.IsDryRun ? new DrySink(new RecordFit(restore.Produce).Fits) : new KafkaRecordSink(clients, restore.Produce), new KafkaRecordSource(clients));

        /// <summary>Ends all writing. Whoever calls waits for the same end.</summary>
        public Task CutOffAsync()
        {
            lock (_gate)
            {
                return _cutOff ??= Task.Run(Parts.Sink.Dispose);
            }
        }

        public void Dispose()
        {
            CutOffAsync().Wait();
            Parts.Source.Dispose();
        }
    }
}
