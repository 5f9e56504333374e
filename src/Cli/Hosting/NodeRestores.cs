using Akka.Actor;
using Akka.Cluster;
using Akka.Hosting;
using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Coordinator.Restore.Nodes;
using KafkaBackup.Kafka.Client;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Operator.Secrets;
using KafkaBackup.PartitionWorkers;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.PartitionWorkers.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Protocol;
using Microsoft.Extensions.Logging;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Cli.Hosting;

/// <summary>Gets a node ready for restores, to conduct them and to work for them. Variables and files of a definition are this node's own.</summary>
internal sealed class NodeRestores(ILoggerFactory loggers, StoreLog storeLog, WorkerNode node, TimeProvider clock, SecretMirror? secrets = null)
{
    private const string Name = "definition of the restore";

    /// <summary>What conductors need.</summary>
    public RestoreRunServices Conductors(ActorSystem system) => new(
        Read, (definition, configuration, log, isFirst) => Open(system, definition, configuration, log, isFirst), loggers.CreateLogger<RestoreLog>(),
        () => node.Refusal.Node, () => ActorRegistry.For(system).Get<ActorKeys.Restores>());

    /// <summary>What this node needs to work for others.</summary>
    /// <param name="memory">Its memory.</param>
    public RestoreNodeServices Workers(NodeMemory memory) => new(Open, node, clock, memory);

    private RestoreConfiguration Read(string definition)
    {
        secrets?.Provide(definition);
        var configuration = ConfigurationLoader.ParseRestore(definition, Name, Environment.GetEnvironmentVariable);
        PemFiles.Check(Name, configuration.Target);
        SecretFiles.Check(Name, configuration.Storage);
        return configuration;
    }

    private OpenedRestore Open(ActorSystem system, string definition, RestoreConfiguration configuration, RestoreLog log, bool isFirst)
    {
        var clients = new KafkaClients(configuration.Target, loggers.CreateLogger<KafkaClients>());
        var (store, catalog, topics) = (Patient(configuration), new KafkaTopicCatalog(clients), new KafkaTopicMaker(clients));
        var groups = new KafkaGroupWriter(clients, clock);
        var crew = new RestoreCrew(system, definition, configuration.Restore, RestoreNodeActor.Name, () => WorkersOf(system), clock);
        if (!isFirst)
        {
            store.Patience.Begun(); // An outage would cost what is done so far.
        }

        RestoreServices services = null!;
        services = new RestoreServices(
            configuration, store.Store, catalog, topics,
            plan =>
            {
                store.Patience.Begun();
                crew.Begin(plan);
            },
            orders => crew.Workers(services, orders), log, () => crew.Records, () => crew.Positions, crew.CutOffAsync, clock)
        {
            Groups = groups,
            HasNodes = true,
        };
        return new OpenedRestore(services, crew, store.Patience.Hurry, () => End(groups, topics, catalog, store.Store));
    }

    private static List<Address> WorkersOf(ActorSystem system)
    {
        var state = Akka.Cluster.Cluster.Get(system).State;
        return [.. state.Members.Where(member => member.Status == MemberStatus.Up && member.HasRole(WorkerHosting.Role) && !state.Unreachable.Contains(member)).Select(member => member.Address)];
    }

    private RestoreEnvironment Open(string definition, bool isDryRun)
    {
        var configuration = Read(definition);
        var clients = new KafkaClients(configuration.Target, loggers.CreateLogger<KafkaClients>());
        var store = Patient(configuration);
        store.Patience.Begun();
        return new RestoreEnvironment(
            configuration.Restore, store.Store, cancellation => ReadAsync(configuration, store, cancellation),
            () => new RestoreTarget(isDryRun ? new DrySink(new RecordFit(configuration.Restore.Produce).Fits) : new KafkaRecordSink(clients, configuration.Restore.Produce), new KafkaRecordSource(clients)), () => End(store.Store));
    }

    /// <summary>What would be ordered of all that the backup holds now. Brokers, groups and topics that are there are the conductor's business.</summary>
    private static async Task<IReadOnlyDictionary<PartitionId, RestorePartition>> ReadAsync(RestoreConfiguration configuration, RestoreHost.PatientStore store, CancellationToken cancellation)
    {
        var manifest = await new BackupReader(store.Store).ReadAsync(configuration.BackupId.Value, RestorePlan.NeededBy(configuration), cancellation);
        return RestorePlan.Of(manifest, configuration, brokers: int.MaxValue).Orders.ToDictionary(order => order.Target);
    }

    private RestoreHost.PatientStore Patient(RestoreConfiguration configuration) => RestoreHost.PatienceWith(Stores.Open(configuration.Storage), configuration, storeLog);

    private static void End(params IEnumerable<object> parts)
    {
        foreach (var part in parts.OfType<IDisposable>())
        {
            part.Dispose();
        }
    }
}
