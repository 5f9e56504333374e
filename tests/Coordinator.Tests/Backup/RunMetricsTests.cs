using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using Xunit;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;

namespace KafkaBackup.Coordinator.Tests.Backup;

/// <summary>What is measured of a continuous run.</summary>
public sealed class RunMetricsTests : ContinuousRunTestBase
{
    [Fact]
    public async Task Lag_grows_with_the_log_ages_and_is_gone_when_it_is_saved()
    {
        var coordinator = await CaughtUpAsync(partitions: 2);
        await DiscoverAsync(coordinator);
        Assert.Equal((0, 0), Lag(0));

        Cluster.Log("orders", 1).Append(5);
        await DiscoverAsync(coordinator);
        Clock.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal((0, 0), Lag(0));
        Assert.Equal((5, 7), Lag(1));
        Assert.Equal((5, 5, 7), Sums());

        await LookAfterAsync(coordinator, Interval);
        Ended(coordinator, (await AssignedAsync()).Key, records: 5);
        await StatusAsync(coordinator);
        Assert.Equal((0, 0), Lag(1));
        Assert.Equal((0, 0, 0), Sums());
    }

    [Fact]
    public async Task What_a_worker_ends_when_its_run_is_lost_is_no_fault_of_the_coordinator()
    {
        var full = new Fault(FailureKind.Storage, "The disk is full.", IsRetryable: false);
        HasOrders(1);
        var coordinator = await RunningAsync();
        var key = (await AssignedAsync()).Key;
        coordinator.Tell(new LedgerFailed(Backup, Run, full), Manifest);
        await EndAsync();

        Ended(coordinator, key);
        coordinator.Tell(new StartBackup(Backup, Run), Requester); // One that had met a fault would not know that run.

        Assert.Equal([full], (await EndAsync()).Failures);
    }

    [Fact]
    public async Task What_fails_counts_and_is_shown_until_it_is_put_right()
    {
        var coordinator = await CaughtUpAsync(partitions: 2);
        Assert.Equal(2, Probe["kafka_backup_partitions{backup_id=nightly}"]);
        Assert.Equal(0, Probe["kafka_backup_failed_partitions{backup_id=nightly}"]);
        Assert.Equal(0, Probe[SourceErrors]);

        Cluster.Log("orders").Append(5);
        await DiscoverAsync(coordinator);
        await LookAfterAsync(coordinator, Interval);
        var key = (await AssignedAsync()).Key;
        Assert.Equal(1, Probe["kafka_backup_partitions_in_work{backup_id=nightly}"]);
        Ended(coordinator, key, new Fault(FailureKind.Source, "broken", IsRetryable: false));
        await StatusAsync(coordinator);

        Assert.Equal(1, Probe["kafka_backup_failed_partitions{backup_id=nightly}"]);
        Assert.Equal(0, Probe["kafka_backup_partitions_in_work{backup_id=nightly}"]);
        Assert.Equal(1, Probe[SourceErrors]);
        Assert.True(Lag(0).Records > 0);
    }

    [Fact]
    public async Task What_open_transactions_hold_back_is_shown()
    {
        var coordinator = await CaughtUpAsync();
        Cluster.Log("orders").Append(5).OpenTransactionAt = 12;

        await DiscoverAsync(coordinator);

        await AwaitConditionAsync(() => Task.FromResult(Probe["kafka_backup_held_back_partitions{backup_id=nightly}"] == 1));
        Assert.Equal(3, Probe["kafka_backup_held_back_offsets{backup_id=nightly}"]);
    }

    [Fact]
    public async Task A_run_that_is_over_counts_by_its_outcome_and_leaves_no_lag_behind()
    {
        var coordinator = await CaughtUpAsync();
        Assert.Equal(Seconds, Probe["kafka_backup_source_read_timestamp_seconds{backup_id=nightly}"]);
        Assert.Equal(0, Probe["kafka_backup_runs_total{backup_id=nightly,outcome=completed}"]);

        Clock.Advance(TimeSpan.FromSeconds(3));
        await StopAsync(coordinator);

        Assert.Equal(1, Probe["kafka_backup_runs_total{backup_id=nightly,outcome=completed}"]);
        Assert.Equal(0, Probe["kafka_backup_runs_total{backup_id=nightly,outcome=failed}"]);
        Assert.Equal(1, Probe["kafka_backup_duration_seconds{backup_id=nightly,status=success}"]);
        Assert.Equal(Seconds, Probe["kafka_backup_last_completed_run_timestamp_seconds{backup_id=nightly}"]);
        Assert.DoesNotContain(Probe.Read().Keys, series => series.Contains("lag", StringComparison.Ordinal));
        Assert.DoesNotContain(Probe.Read().Keys, series => series.Contains("partitions", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_that_could_not_begin_failed()
    {
        var coordinator = await PlanningAsync();
        Sys.Stop(coordinator); // One that moves leaves nothing behind.
        await AwaitConditionAsync(() => Task.FromResult(Probe["kafka_backup_failed_partitions{backup_id=nightly}"] is null));

        coordinator = await PlanningAsync();
        coordinator.Tell(new LedgerProtocol.LedgerFailed(Backup, Run, new Fault(FailureKind.Storage, "away", IsRetryable: false)), Manifest);
        await EndAsync();

        Assert.Equal(1, Probe["kafka_backup_runs_total{backup_id=nightly,outcome=failed}"]);
        Assert.Equal(1, Probe["kafka_backup_duration_seconds{backup_id=nightly,status=failure}"]);
        Assert.Equal(1, Probe["kafka_backup_errors_total{backup_id=nightly,error_type=storage}"]);
        Assert.Null(Probe["kafka_backup_last_completed_run_timestamp_seconds{backup_id=nightly}"]);
    }

    [Fact]
    public void Runs_that_ended_elsewhere_are_known_and_backups_that_are_gone_forgotten()
    {
        var (other, late) = (new BackupId("other"), DateTimeOffset.FromUnixTimeSeconds(500));
        Metrics.Know(new Dictionary<BackupId, DateTimeOffset?> { [Backup] = late, [other] = null });
        Metrics.Know(new Dictionary<BackupId, DateTimeOffset?> { [Backup] = late.AddSeconds(-100), [other] = late });
        Assert.Equal(500, Probe["kafka_backup_last_completed_run_timestamp_seconds{backup_id=nightly}"]);

        Metrics.Know(new Dictionary<BackupId, DateTimeOffset?> { [other] = null });
        Assert.Null(Probe["kafka_backup_last_completed_run_timestamp_seconds{backup_id=nightly}"]);
        Assert.Equal(500, Probe["kafka_backup_last_completed_run_timestamp_seconds{backup_id=other}"]);
    }

    private const string SourceErrors = "kafka_backup_errors_total{backup_id=nightly,error_type=source}";

    private double Seconds => Clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;

    private (double? Records, double? Seconds) Lag(int partition) => (
        Probe[$"kafka_backup_lag_records{{topic=orders,partition={partition},backup_id=nightly}}"],
        Probe[$"kafka_backup_lag_seconds{{topic=orders,partition={partition},backup_id=nightly}}"]);

    private (double?, double?, double?) Sums() => (
        Probe["kafka_backup_lag_records_sum{backup_id=nightly}"],
        Probe["kafka_backup_lag_records_max{backup_id=nightly}"],
        Probe["kafka_backup_lag_seconds_max{backup_id=nightly}"]);
}
