using Akka.Cluster.Hosting;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.RestoreRunProtocol;

namespace KafkaBackup.Coordinator.Restore.Nodes;

/// <summary>Puts the conductors of restores in a cluster together.</summary>
public static class RestoreHosting
{
    /// <summary>Adds the shard region of conductors.</summary>
    /// <param name="builder">The actor system's builder.</param>
    /// <param name="services">What they need.</param>
    public static AkkaConfigurationBuilder WithRestoreConductors(this AkkaConfigurationBuilder builder, Func<Akka.Actor.ActorSystem, RestoreRunServices> services) => builder
        .WithShardRegion<ActorKeys.Restores>(
            "restores",
            (system, _, _) =>
            {
                var shared = services(system);
                return restore => RestoreRunActor.Props(restore, shared);
            },
            new Extractor(),
            new ShardOptions
            {
                Role = CoordinatorHosting.Role,
                StateStoreMode = StateStoreMode.DData,
                RememberEntities = false,
                ShouldPassivateIdleEntities = false,
                HandOffStopMessage = RestoreRunActor.HandOver.Instance,
            });

    private sealed class Extractor() : HashCodeMessageExtractor(CoordinatorHosting.ShardCount)
    {
        public override string? EntityId(object message) => (message as IRestoreMessage)?.Restore;
    }
}
