using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.OperationProtocol;

namespace KafkaBackup.Coordinator.Operations;

/// <summary>Puts those who carry out operations in a cluster together.</summary>
public static class OperationHosting
{
    /// <summary>Adds the shard region of operations.</summary>
    /// <param name="builder">The actor system's builder.</param>
    /// <param name="services">What they need.</param>
    public static AkkaConfigurationBuilder WithOperations(this AkkaConfigurationBuilder builder, Func<ActorSystem, OperationServices> services) => builder
        .WithShardRegion<ActorKeys.Operations>(
            "operations",
            (system, _, _) =>
            {
                var shared = services(system);
                return operation => OperationActor.Props(operation, shared);
            },
            new Extractor(),
            new ShardOptions
            {
                Role = CoordinatorHosting.Role,
                StateStoreMode = StateStoreMode.DData,
                RememberEntities = false,
                ShouldPassivateIdleEntities = false,
                HandOffStopMessage = OperationActor.HandOver.Instance,
            });

    private sealed class Extractor() : HashCodeMessageExtractor(CoordinatorHosting.ShardCount)
    {
        public override string? EntityId(object message) => (message as IOperationMessage)?.Operation;
    }
}
