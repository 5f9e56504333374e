using Akka.Actor;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using Xunit;
using static KafkaBackup.Shared.Protocol.BackupProtocol;

namespace KafkaBackup.Coordinator.Tests.Backup;

/// <summary>Committed offsets of consumer groups in a run.</summary>
public sealed class GroupSnapshotRunTests : BackupCoordinatorTestBase
{
    private const string Key = "nightly/consumer-groups-snapshot.json";

    public GroupSnapshotRunTests() => Configuration = Configuration with { Backup = new BackupSection { SnapshotsConsumerGroups = true } };

    [Fact]
    public async Task Groups_are_read_when_all_records_are_there_and_before_the_run_is_closed()
    {
        HasOrders(1);
        Cluster.Groups.Add(new GroupOffsets("billing", new Dictionary<PartitionId, CommittedOffset> { [Ledgers.Orders()] = new(7) }, null));
        var coordinator = await RunningAsync();
        var assigned = await AssignedAsync();
        Assert.Null(await Store.GetAsync(Key, CancellationToken.None));

        Ended(coordinator, assigned.Key);

        Assert.True((await FinishAskedAsync()).IsClean);
        Assert.NotNull(await Store.GetAsync(Key, CancellationToken.None));
    }

    [Fact]
    public async Task Groups_that_cannot_be_read_are_told_though_all_records_are_there()
    {
        HasOrders(1);
        Cluster.Groups.Add(new GroupOffsets("billing", new Dictionary<PartitionId, CommittedOffset>(), "the offsets of consumer group 'billing' cannot be read: no right"));
        var coordinator = await RunningAsync();

        Ended(coordinator, (await AssignedAsync()).Key);
        await FinishAskedAsync();
        Finished(coordinator, records: 10);

        var end = await EndAsync();
        Assert.Equal((10, 0), (end.Records, end.FailedPartitions));
        Assert.Contains("'billing'", Assert.Single(end.Failures).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_is_stopped_leaves_groups_alone()
    {
        HasOrders(1);
        Cluster.Groups.Add(new GroupOffsets("billing", new Dictionary<PartitionId, CommittedOffset> { [Ledgers.Orders()] = new(7) }, null));
        var coordinator = await RunningAsync();
        var assigned = await AssignedAsync();
        coordinator.Tell(new StopBackup(Backup));

        Ended(coordinator, assigned.Key);
        await FinishAskedAsync();

        Assert.Null(await Store.GetAsync(Key, CancellationToken.None));
    }
}
