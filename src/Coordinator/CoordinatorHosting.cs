using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using Akka.Hosting;
using KafkaBackup.Coordinator.Backup;
using KafkaBackup.Coordinator.Catalogue;
using KafkaBackup.Coordinator.Manifest;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared;

namespace KafkaBackup.Coordinator;

/// <summary>Puts together what exists once for each backup: its coordinator and its ledger writer.</summary>
public static class CoordinatorHosting
{
    /// <summary>The role of nodes that run coordinators and may hold the manifest singleton.</summary>
    public const string Role = "coordinator";

    /// <summary>The role of nodes that run partition workers.</summary>
    private const string WorkerRole = "worker";

    /// <summary>Constant for a cluster's life.</summary>
    internal const int ShardCount = 100;

    /// <summary>The settings that come with the program.</summary>
    /// <param name="profile"><c>reference</c>, <c>single</c>, <c>cluster</c> or <c>restore</c>.</param>
    public static Config LoadHocon(string profile)
    {
        var name = $"KafkaBackup.Coordinator.Hocon.{profile}.hocon";
        using var stream = typeof(CoordinatorHosting).Assembly.GetManifestResourceStream(name)
            ?? throw new ArgumentException($"There is no profile '{profile}'.", nameof(profile));
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }

    /// <summary>Adds the manifest singleton and the shard region of backup coordinators.</summary>
    /// <param name="builder">The actor system's builder.</param>
    /// <param name="manifests">What ledger actors share, given the timing that HOCON has.</param>
    public static AkkaConfigurationBuilder WithBackupCoordinators(
        this AkkaConfigurationBuilder builder, Func<LedgerSettings, LedgerServices> manifests) => builder
        .WithSingleton<ActorKeys.LedgerWriters>(
            "manifest",
            (system, _, _) => ManifestSingletonActor.Props(manifests(LedgerTiming(system))),
            new ClusterSingletonOptions { Role = Role, LogSingletonIdentificationFailure = false })
        .WithShardRegion<ActorKeys.Coordinators>(
            "backup-coordinators",
            (system, registry, resolver) =>
            {
                var settings = BackupCoordinatorSettings.From(system.Settings.Config.GetConfig("kafka-backup.coordinator"));
                var services = new BackupCoordinatorServices(
                    resolver.GetService<IBackupEnvironments>(), settings, resolver.GetService<TimeProvider>(), resolver.GetService<RunLog>(),
                    BackupCoordinatorServices.NewName)
                {
                    Metrics = resolver.GetService<RunMetrics>(),
                    Refuse = () => new Refusal(Akka.Cluster.Cluster.Get(system).SelfAddress.ToString(), Count(system, Role)),
                    WorkerNodes = () => Count(system, WorkerRole),
                    LedgerProps = LedgersOf(system, manifests),
                };
                return entityId => BackupCoordinatorActor.Props(
                    Extractor.BackupOf(entityId), services, registry.Get<ActorKeys.LedgerWriters>(), registry.Get<ActorKeys.Workers>());
            },
            new Extractor(),
            new ShardOptions
            {
                Role = Role,
                StateStoreMode = StateStoreMode.DData,
                RememberEntities = false,
                ShouldPassivateIdleEntities = false,
            });

    /// <summary>Adds the catalogue's keeper: what a cluster is to do comes from there.</summary>
    /// <param name="builder">The actor system's builder, with coordinators.</param>
    /// <param name="store">The catalogue.</param>
    public static AkkaConfigurationBuilder WithCatalogue(this AkkaConfigurationBuilder builder, CatalogueStore store) => builder
        .WithSingleton<ActorKeys.Catalogue>(
            "catalogue",
            (system, registry, resolver) => CatalogueActor.Props(
                store, CatalogueSettings.From(system.Settings.Config.GetConfig("kafka-backup.catalogue")), resolver.GetService<TimeProvider>(),
                resolver.GetService<RunLog>(), registry.Get<ActorKeys.Coordinators>()),
            new ClusterSingletonOptions { Role = Role, LogSingletonIdentificationFailure = false });

    private static LedgerSettings LedgerTiming(ActorSystem system) => LedgerSettings.From(system.Settings.Config.GetConfig("kafka-backup.ledger"));

    private static Func<BackupId, Props> LedgersOf(ActorSystem system, Func<LedgerSettings, LedgerServices> manifests)
    {
        var services = manifests(LedgerTiming(system));
        return backup => LedgerActor.Props(backup, services);
    }

    private static int Count(ActorSystem system, string role) =>
        Math.Max(1, Akka.Cluster.Cluster.Get(system).State.Members.Count(member => member.HasRole(role)));

    private sealed class Extractor() : HashCodeMessageExtractor(ShardCount)
    {
        /// <summary>No backup id can hold a slash.</summary>
        public static BackupId BackupOf(string entityId) => new(entityId.Split('/')[0]);

        public override string? EntityId(object message) => message is IBackupMessage { Backup: var backup, Placement: var placement }
            ? $"{backup}{(placement == 0 ? "" : $"/{placement}")}"
            : null;

        public override string ShardId(string entityId, object? messageHint = null) => entityId.Split('/') is [var backup, var placement]
            ? ((int.Parse(base.ShardId(backup)) + int.Parse(placement)) % ShardCount).ToString()
            : base.ShardId(entityId, messageHint);
    }
}
