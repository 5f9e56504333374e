using Akka.Cluster.Sharding;
using Akka.Hosting;
using KafkaBackup.PartitionWorkers.Backup;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.PartitionWorkers;

/// <summary>Puts the workers of a node together.</summary>
public static class WorkerHosting
{
    /// <summary>The role of nodes that run workers.</summary>
    public const string Role = "worker";

    /// <summary>Constant for a cluster's life: ten for each of the most nodes it will have, and divided by most numbers of nodes without a rest.</summary>
    private const int ShardCount = 240;

    /// <summary>Adds the permits of this node and the shard region of partition workers.</summary>
    /// <param name="builder">The actor system's builder.</param>
    /// <param name="memoryBytes">What this node has for segments and prefetched records.</param>
    /// <param name="services">What the workers share, given the timing that HOCON has.</param>
    public static AkkaConfigurationBuilder WithPartitionWorkers(
        this AkkaConfigurationBuilder builder, long memoryBytes, Func<PartitionWorkerSettings, PartitionWorkerServices> services) => builder
        .WithActors((system, registry, resolver) => registry.Register<ActorKeys.Permits>(
            system.ActorOf(PermitsActor.Props(memoryBytes, resolver.GetService<WorkerMetrics>()), "permits")))
        .WithActors((system, registry) =>
        {
            var shared = services(PartitionWorkerSettings.From(system.Settings.Config.GetConfig("kafka-backup.worker")));
            var settings = ClusterShardingSettings.Create(system).WithRole(Role).WithStateStoreMode(StateStoreMode.DData).WithRememberEntities(false)
                .WithPassivateIdleAfter(TimeSpan.Zero); // A worker busy with a long upload gets no message through its shard, and is not idle.
            registry.Register<ActorKeys.Workers>(ClusterSharding.Get(system).Start(
                "partition-workers",
                entityId => PartitionWorkerActor.Props(
                    Extractor.KeyOf(entityId), Extractor.PlacementOf(entityId), shared, registry.Get<ActorKeys.LedgerWriters>(), registry.Get<ActorKeys.Permits>()),
                settings,
                new Extractor(),
                new SpreadingAllocation(ShardCount, Akka.Cluster.Cluster.Get(system).SelfAddress),
                StopPartition.Instance));
        });

    private sealed class Extractor : IMessageExtractor
    {
        public static PartitionKey KeyOf(string entityId) => entityId.Split('/') is [var backup, var topic, var number, ..]
            ? new PartitionKey(new BackupId(backup), new PartitionId(topic, int.Parse(number)))
            : throw new ArgumentException($"'{entityId}' is no partition worker's entity id.", nameof(entityId));

        public static int PlacementOf(string entityId) => entityId.Split('/') is [_, _, _, var placement] ? int.Parse(placement) : 0;

        /// <summary>Neither backup ids nor topics can hold a slash.</summary>
        public string? EntityId(object message) => message is IPartitionMessage { Key: var key, Placement: var placement }
            ? $"{key.Backup}/{key.Partition.Topic}/{key.Partition.Number}{(placement == 0 ? "" : $"/{placement}")}"
            : null;

        public object EntityMessage(object message) => message;

        public string? ShardId(object message) => EntityId(message) is { } entity ? ShardId(entity, message) : null;

        /// <summary>Partitions of a topic lie in consecutive shards, which <see cref="ShardSpread"/> gives to different nodes; and so do the places of
        /// one partition.</summary>
        public string ShardId(string entityId, object? messageHint = null)
        {
            var parts = entityId.Split('/');
            var start = (uint)Akka.Util.MurmurHash.StringHash($"{parts[0]}/{parts[1]}") % ShardCount;
            return ((start + parts[2..].Sum(int.Parse)) % ShardCount).ToString();
        }
    }
}
