using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using Xunit;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.PartitionWorkers.Tests.Backup;

/// <summary>Orders for backups that a node may not be able to serve.</summary>
public sealed class PartitionWorkerDefinitionTests : PartitionWorkerTestBase
{
    [Fact]
    public async Task Where_the_node_cannot_serve_the_backup_the_order_is_refused_with_the_reason()
    {
        var unfit = new Fault(FailureKind.Configuration, "The variable PASSWORD is not set.", IsRetryable: false);
        var worker = NewWorker();
        Environments.Unfit = unfit;

        worker.Tell(Assigned(Range(0, 10)), Coordinator);

        Assert.Equal(new PartitionEnded(Key, Order, unfit, null) { Refusal = new Refusal("node-0", 3) }, await EndAsync());
        await Shard.FishForMessageAsync(message => message is Akka.Cluster.Sharding.Passivate);
    }
}
