using System.Security.Cryptography;
using System.Text;
using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using KafkaBackup.Cli.Hosting.Bootstrap;
using KafkaBackup.Cli.Output;
using KafkaBackup.Coordinator;
using KafkaBackup.Coordinator.Backup;
using KafkaBackup.Coordinator.Catalogue;
using KafkaBackup.Coordinator.Manifest;
using KafkaBackup.Coordinator.Operations;
using KafkaBackup.Coordinator.Restore.Nodes;
using KafkaBackup.Management;
using KafkaBackup.Management.Pbm;
using KafkaBackup.Operator.Secrets;
using KafkaBackup.PartitionWorkers;
using KafkaBackup.PartitionWorkers.Backup;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.PartitionWorkers.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Cli.Hosting;

/// <summary>Puts a node of a cluster together: the actors of <see cref="BackupHost"/>, the catalogue, and what the node shows.</summary>
internal static class NodeHost
{
    /// <summary>How many log lines a node keeps to be looked at.</summary>
    private const int RecentLines = 200;

    /// <summary>What a command may send: several times a definition, which JSON may make longer.</summary>
    private const long MaxBodyBytes = 1024 * 1024;

    /// <summary>After how long a journal that failed is tried again: long enough that a database that is away costs next to nothing.</summary>
    private static readonly TimeSpan JournalRetryPause = TimeSpan.FromMinutes(1);

    /// <summary>Builds the host of a node.</summary>
    /// <param name="settings">Its settings.</param>
    /// <param name="output">What is logged, and how.</param>
    /// <param name="writeLine">Takes log lines.</param>
    /// <param name="names">Looks up names; null: as the machine does.</param>
    /// <exception cref="BackupException">It cannot listen for other nodes where its settings say.</exception>
    public static WebApplication Build(NodeSettings settings, OutputOptions output, Action<string> writeLine, HostNames? names = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().UseUrls($"http{(settings.CommandsTls is null ? "" : "s")}://{settings.HttpHost}:{settings.HttpPort}");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            if (settings.CommandsTls is { } tls)
            {
                kestrel.ConfigureHttpsDefaults(https => (https.ServerCertificate, https.ServerCertificateChain) = (tls.Certificate, tls.Chain));
            }
        });

        var recent = new RecentLog(RecentLines, TimeProvider.System);
        ActorHosting.AddLogging(builder.Logging, output, namesBackups: true, line =>
        {
            recent.Add(line);
            writeLine(line);
        });
        builder.Services.AddRoutingCore();
        AddParts(builder.Services, settings, names ?? HostNames.OfMachine)
            .AddAkka(NodeSettings.System, (akka, services) => Configure(akka, services, settings, output));
        if (settings.Pbm is { } pbm)
        {
            builder.Services.AddSingleton(pbm).AddSingleton(recent).AddSingleton<PbmServer>().AddHostedService(services => services.GetRequiredService<PbmServer>());
        }

        var node = builder.Build();
        node.UseRouting();
        try
        {
            node.MapNodeApi(node.Services.GetRequiredService<NodeView>()); // Starts the actor system.
        }
        catch (Exception e) when (WhyNotListening(e, settings) is { } problem)
        {
            throw new BackupException(FailureKind.Configuration, problem, e);
        }

        node.MapNodeMetrics(settings);
        if (settings.Bootstrap is not null)
        {
            node.MapBootstrap(node.Services.GetRequiredService<ActorSystem>());
        }

        return node;
    }

    private static IServiceCollection AddParts(IServiceCollection parts, NodeSettings settings, HostNames names)
    {
        parts
            .AddSecretFiles()
            .AddSingleton(services => new NodeEnvironments(
                settings.MemoryBytes, settings.Name, services.GetService<SecretMirror>(), services.GetRequiredService<ILoggerFactory>(), services.GetRequiredService<StoreLog>(), TimeProvider.System))
            .AddSingleton<IBackupEnvironments>(services => services.GetRequiredService<NodeEnvironments>())
            .AddSingleton(settings)
            .AddSingleton<NodeRestores>()
            .AddSingleton<NodeOperations>()
            .AddSingleton<CatalogProbe>()
            .AddSingleton<JournalProbe>()
            .AddSingleton(services => new WorkerNode(
                () => ClusterOf(services).SelfAddress.ToString(), () => ClusterOf(services).State.Members.Count(member => member.Roles.Contains(WorkerHosting.Role))))
            .AddSingleton<NodeInspector>()
            .AddSingleton(services => new NodeView(services.GetRequiredService<ActorSystem>(), settings.Token)
            {
                Worker = services.GetRequiredService<WorkerNode>(),
                Inspector = services.GetRequiredService<NodeInspector>(),
                Needs =
                [
                    services.GetRequiredService<JournalProbe>().WhyAwayAsync,
                    services.GetRequiredService<CatalogProbe>().WhyAwayAsync,
                    _ => Task.FromResult(services.GetRequiredService<NodeEnvironments>().WhyAway()),
                ],
            })
            .AddSingleton(services => new JournalHealth(
                services.GetRequiredService<WorkerLog>().JournalFailed, services.GetRequiredService<TimeProvider>(), JournalRetryPause))
            .AddActorParts()
            .AddSingleton<NodeLog>()
            .AddHostedService<JoinWatch>()
            .AddSingleton(names);
        parts.AddOperator(settings);
        return settings.Bootstrap is null ? parts : parts.AddHostedService<BootstrapStarter>();
    }

    private static void Configure(AkkaConfigurationBuilder akka, IServiceProvider services, NodeSettings settings, OutputOptions output) => akka
        .WithSharedParts(output, settings.Hocon)
        .WithTls(settings.Tls, services.GetRequiredService<NodeLog>())
        .AddSetup(services.GetRequiredService<HostNames>())
        .WithClustering(new ClusterOptions())
        .AddHocon($"akka.cluster.app-version = \"{NodeView.Version}\"", HoconAddMode.Prepend)
        .WithActors((system, _) => system.ActorOf(MemberWatch.Props(services.GetRequiredService<NodeLog>()), "member-watch"))
        .WithWorkerJournal(settings)
        .WithBackupCoordinators(ledger => Ledgers(services, settings, ledger))
        .WithCatalogue(new CatalogueStore(OpenCatalog(settings.Catalog)))
        .WithPartitionWorkers(settings.MemoryBytes, timing => Workers(services, settings, timing))
        .WithRestoreConductors(system => services.GetRequiredService<NodeRestores>().Conductors(system))
        .WithOperator(services, settings)
        .WithOperations(system => services.GetRequiredService<NodeOperations>().Services(system))
        .WithActors((system, registry) =>
        {
            if (Akka.Cluster.Cluster.Get(system).SelfRoles.Contains(WorkerHosting.Role))
            {
                var memory = new NodeMemory(registry.Get<ActorKeys.Permits>(), settings.MemoryBytes / 2); // A restore holds it for long: backups go on meanwhile.
                system.ActorOf(RestoreNodeActor.Props(services.GetRequiredService<NodeRestores>().Workers(memory)), RestoreNodeActor.Name);
            }
        });

    /// <summary>Starts a node.</summary>
    /// <exception cref="BackupException">It cannot listen where its settings say.</exception>
    public static async Task StartAsync(WebApplication node, NodeSettings settings, CancellationToken cancellation)
    {
        try
        {
            await node.StartAsync(cancellation);
        }
        catch (OperationCanceledException) when (node.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The actor system has ended meanwhile, as it trusts nobody there; the caller sees that it stops.
        }
        catch (Exception e) when (WhyNotListening(e, settings) is { } problem)
        {
            throw new BackupException(FailureKind.Configuration, problem, e);
        }
    }

    private static string? WhyNotListening(Exception failure, NodeSettings settings)
    {
        var causes = Causes(failure).ToList();
        var reason = causes[^1].Message.TrimEnd('.');
        return causes.Exists(cause => cause.Message.StartsWith("Failed to bind to address ", StringComparison.Ordinal)) // Kestrel's words.
            ? $"Cannot listen on {settings.HttpHost}:{settings.HttpPort} for commands: {reason}. Set KAFKA_BACKUP_HTTP_PORT to a free port "
                + "(several nodes on one machine need one each), and KAFKA_BACKUP_HTTP_HOST to an address of this machine."
            : causes.Exists(cause => cause.Message.StartsWith("Failed to bind to [", StringComparison.Ordinal)) // DotNetty's.
                ? $"Cannot listen on {settings.Listening} for other nodes: {reason}. Set KAFKA_BACKUP_PORT to a free port "
                    + "(several nodes on one machine need one each), and KAFKA_BACKUP_BIND_HOSTNAME to an address of this machine."
                : null;
    }

    private static IEnumerable<Exception> Causes(Exception failure) =>
        (failure is AggregateException all ? all.InnerExceptions : failure.InnerException is { } inner ? [inner] : []).SelectMany(Causes).Prepend(failure);

    /// <summary>Known once the actor system is there.</summary>
    private static Akka.Cluster.Cluster ClusterOf(IServiceProvider services) => Akka.Cluster.Cluster.Get(services.GetRequiredService<ActorSystem>());

    private static LedgerServices Ledgers(IServiceProvider services, NodeSettings settings, LedgerSettings ledger) => new(
        services.GetRequiredService<IBackupEnvironments>(), backup => OffsetsPath(settings, backup), ledger, services.GetRequiredService<RunLog>(),
        TimeProvider.System, () => $"{settings.Name}/{Environment.ProcessId}/{Guid.NewGuid():N}")
    {
        Metrics = services.GetRequiredService<RunMetrics>(),
    };

    private static PartitionWorkerServices Workers(IServiceProvider services, NodeSettings settings, PartitionWorkerSettings timing) => new(
        services.GetRequiredService<IBackupEnvironments>(), settings.MemoryBytes, timing, TimeProvider.System, services.GetRequiredService<WorkerLog>())
    {
        Progress = services.GetRequiredService<NodeProgress>(),
        Metrics = services.GetRequiredService<WorkerMetrics>(),
        Journal = services.GetRequiredService<JournalHealth>(),
        Journaled = settings.PostgreSqlJournal is null ? SqliteJournal.WorkersIn(JournalPathOf(settings)) : JournaledWorkers.Unknown,
        Node = services.GetRequiredService<WorkerNode>(),
    };

    private static AkkaConfigurationBuilder WithWorkerJournal(this AkkaConfigurationBuilder akka, NodeSettings settings) =>
        settings.PostgreSqlJournal is { } database
            ? akka.WithPostgreSqlJournal(database)
            : akka.WithSqliteJournal(JournalPathOf(settings));

    private static string JournalPathOf(NodeSettings settings) => Path.Combine(settings.DataDirectory, "journal.db");

    private static AkkaConfigurationBuilder WithTls(this AkkaConfigurationBuilder akka, NodeTls? tls, NodeLog log) =>
        tls is null ? akka : akka.AddSetup(tls.ToSetup(log.Refused));

    private static string OffsetsPath(NodeSettings settings, BackupId backup) =>
        Path.Combine(settings.DataDirectory, $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(backup.Value)).AsSpan(0, 16))}-offsets.db");

    private static RetryingObjectStore OpenCatalog(string address) => Stores.OpenToLook(StoreLocation.Parse(address));
}
