using Akka.Configuration;
using Akka.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.PartitionWorkers.Restore;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

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
            .AddSingleton<KafkaClients>()
            .AddSingleton<ITopicCatalog, KafkaTopicCatalog>(services => new KafkaTopicCatalog(services.GetRequiredService<KafkaClients>()))
            .AddSingleton<ITopicMaker, KafkaTopicMaker>()
            .AddSingleton(services => PatienceWith(Stores.Open(configuration.Storage), configuration, services.GetRequiredService<StoreLog>()))
            .AddSingleton<IObjectStore>(services => services.GetRequiredService<PatientStore>().Store)
            .AddSingleton(services => new Sink(services.GetRequiredService<KafkaClients>(), configuration.Restore.IsDryRun))
            .AddActorParts()
            .AddAkka("kafka-restore", (akka, services) => akka
                .WithSharedParts(output, Config.Empty)
                .WithActors((system, registry) => registry.Register<ActorKeys.Restore>(
                    system.ActorOf(RestoreCoordinatorActor.Props(Services(services, configuration)), "restore"))));
        return builder.Build();
    }

    private static RestoreServices Services(IServiceProvider services, RestoreConfiguration configuration)
    {
        var (store, sink, progress) = (services.GetRequiredService<IObjectStore>(), services.GetRequiredService<Sink>(), services.GetRequiredService<NodeProgress>());
        var patience = services.GetRequiredService<PatientStore>().Patience;
        var pace = new RestorePace(configuration.Restore, TimeProvider.System);
        return new RestoreServices(
            configuration, store, services.GetRequiredService<ITopicCatalog>(), services.GetRequiredService<ITopicMaker>(),
            plan =>
            {
                patience.Begun(); // From here on an outage would cost all that is done by then.
                sink.Make(plan);
            },
            order => RestoreWorkerActor.Props(order, configuration.Restore, store, sink.Made, pace, progress), services.GetRequiredService<RestoreLog>(), () => progress.Records);
    }

    private static PatientStore PatienceWith(IObjectStore store, RestoreConfiguration configuration, StoreLog log)
    {
        var patience = new StorePatience(TimeProvider.System, log.NoticeOf(store))
        {
            Middle = configuration.Storage.Patience ?? StorePatience.Default,
            AfterFailure = "restore again, once what was made is deleted.",
            AfterStop = "what was not read by then is not restored.",
        };
        return new PatientStore(new RetryingObjectStore(store, patience, new Random()), patience);
    }

    /// <summary>The store, and how long it is borne with.</summary>
    internal sealed record PatientStore(RetryingObjectStore Store, StorePatience Patience);

    /// <summary>The one sink of a restore, made once its plan says how large batches may be.</summary>
    private sealed class Sink(KafkaClients clients, bool isDry) : IDisposable
    {
        private IRecordSink? _sink;

        public IRecordSink Made => _sink ?? throw new InvalidOperationException("Nothing is planned yet.");

        public void Make(RestorePlan plan) => _sink = isDry ? new DrySink() : new KafkaRecordSink(clients, plan.BatchBytes);

        public void Dispose() => _sink?.Dispose();
    }
}
