using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using Xunit;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.Coordinator.Tests.Backup;

/// <summary>A certificate that keeps a run from its source has expired: that is waited for, too, but not for ever.</summary>
public sealed class ContinuousRunExpiryTests : ContinuousRunTestBase
{
    private static readonly BackupException Expired = new(FailureKind.Source, "expired") { IsRetryable = true, EndsRun = true };

    [Fact]
    public async Task A_certificate_that_nobody_renews_ends_the_run_with_its_sentence()
    {
        var coordinator = await CaughtUpAsync();
        Cluster.CatalogGate = Task.FromException(Expired);
        await DiscoverAsync(coordinator);

        await PassAsync(coordinator, Settings.RenewalPatience);

        Assert.False((await FinishAskedAsync()).IsClean);
        Finished(coordinator);
        var end = await EndAsync();
        Assert.Equal((false, 0), (end.WasStopped, end.FailedPartitions));
        Assert.Equal((FailureKind.Source, "expired"), Assert.Single(end.Failures) is var failure ? (failure.Kind, failure.Message) : default);
    }

    [Fact]
    public async Task Partitions_that_failed_over_the_same_do_not_change_what_the_end_says()
    {
        var coordinator = await CaughtUpAsync();
        Cluster.Log("orders").Append(5);
        await DiscoverAsync(coordinator);
        await LookAfterAsync(coordinator, Interval);
        Ended(coordinator, (await AssignedAsync()).Key, new Fault(FailureKind.Source, "cannot read", IsRetryable: true));
        Cluster.CatalogGate = Task.FromException(Expired);
        await DiscoverAsync(coordinator);

        await PassAsync(coordinator, Settings.RenewalPatience);

        await FinishAskedAsync();
        Finished(coordinator);
        var end = await EndAsync();
        Assert.Equal((0, "expired"), (end.FailedPartitions, Assert.Single(end.Failures).Message));
    }

    [Fact]
    public async Task What_is_in_work_then_ends_in_good_order()
    {
        var coordinator = await CaughtUpAsync();
        Cluster.Log("orders").Append(5);
        await DiscoverAsync(coordinator);
        await LookAfterAsync(coordinator, Interval);
        var assigned = await AssignedAsync();
        Cluster.CatalogGate = Task.FromException(Expired);
        await DiscoverAsync(coordinator);

        await PassAsync(coordinator, Settings.RenewalPatience);

        var cancelled = await Workers.ExpectMsgAsync<CancelPartition>();
        Assert.Equal((assigned.Key, false), (cancelled.Key, cancelled.Abandon));
        Ended(coordinator, assigned.Key, records: 5);
        await FinishAskedAsync();
    }

    [Fact]
    public async Task A_certificate_that_is_renewed_in_time_ends_nothing()
    {
        var coordinator = await CaughtUpAsync();
        Cluster.CatalogGate = Task.FromException(Expired);
        await DiscoverAsync(coordinator);
        Cluster.CatalogGate = Task.CompletedTask;
        await LookAfterAsync(coordinator, Settings.RenewalPatience);
        Cluster.CatalogGate = Task.FromException(Expired);

        await DiscoverAsync(coordinator);

        Assert.Equal("Waiting", (await StatusAsync(coordinator)).Phase);
    }

    [Fact]
    public async Task Brokers_that_are_away_meanwhile_neither_end_the_run_nor_begin_the_wait_anew()
    {
        var coordinator = await CaughtUpAsync();
        Cluster.CatalogGate = Task.FromException(Expired);
        await DiscoverAsync(coordinator);
        Cluster.CatalogGate = Task.FromException(new BackupException(FailureKind.Source, "away"));
        await PassAsync(coordinator, Settings.RenewalPatience);
        await AwaitConditionAsync(async () => (await StatusAsync(coordinator)).Phase == "Waiting");
        Cluster.CatalogGate = Task.FromException(Expired);

        await PassAsync(coordinator, Poll);

        await FinishAskedAsync();
    }
}
