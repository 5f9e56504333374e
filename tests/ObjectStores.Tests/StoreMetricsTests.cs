using System.Diagnostics.Metrics;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests;

/// <summary>What is measured of a store.</summary>
public sealed class StoreMetricsTests : IDisposable
{
    private static readonly BackupId Backup = new("nightly");
    private readonly FaultyObjectStore _faulty = new(new MemoryObjectStore());
    private readonly Meter _meter = new("test");
    private readonly MeterProbe _probe;
    private readonly StoreMetrics _metrics;

    public StoreMetricsTests() => (_metrics, _probe) = (new StoreMetrics(_meter), new MeterProbe(_meter));

    [Fact]
    public void Each_try_is_measured_and_each_repetition_counted() => LeapingClock.Run(async clock =>
    {
        using var store = Open(clock);
        var failures = 3;
        _faulty.Decide = _ => failures-- > 0 ? StoreFault.FailBefore() : null;

        await store.PutAsync(Segment, "twelve bytes");
        await store.GetAsync(Segment);

        Assert.Equal(3, _probe["kafka_backup_retries_total{backup_id=nightly,operation=write}"]);
        Assert.Equal(0, _probe["kafka_backup_retries_total{backup_id=nightly,operation=read}"]);
        Assert.Equal(3, _probe["kafka_backup_storage_errors_total{backend=s3,error_type=transient}"]);
        Assert.Equal(0, _probe["kafka_backup_storage_errors_total{backend=s3,error_type=final}"]);
        Assert.Equal(4, _probe["kafka_backup_storage_write_latency_seconds{backend=s3,operation=segment}"]);
        Assert.Equal(1, _probe["kafka_backup_storage_read_latency_seconds{backend=s3,operation=segment}"]);
        Assert.Equal(12, _probe["kafka_backup_storage_write_bytes_total{backend=s3,backup_id=nightly}"]);
    });

    [Fact]
    public void Swaps_of_the_head_are_counted_and_a_conflict_is_no_error() => LeapingClock.Run(async clock =>
    {
        using var store = Open(clock);

        Assert.True(await store.TryPutAsync(BackupKeys.Head(Backup), "1", PutCondition.CreateOnly));
        Assert.False(await store.TryPutAsync(BackupKeys.Head(Backup), "2", PutCondition.CreateOnly));

        Assert.Equal(1, _probe["kafka_backup_head_swaps_total{backup_id=nightly,outcome=swapped}"]);
        Assert.Equal(1, _probe["kafka_backup_head_swaps_total{backup_id=nightly,outcome=refused}"]);
        Assert.Equal(0, _probe["kafka_backup_storage_errors_total{backend=s3,error_type=final}"]);
        Assert.Equal(2, _probe["kafka_backup_storage_write_latency_seconds{backend=s3,operation=head}"]);
    });

    [Fact]
    public void A_store_that_is_waited_for_is_shown_until_it_answers_or_the_run_is_over() => LeapingClock.Run(async clock =>
    {
        var store = Open(clock);
        await store.GetAsync(Segment);
        Assert.Equal(0, _probe[Waiting]);
        _faulty.Decide = _ => clock.Elapsed < TimeSpan.FromSeconds(45) ? StoreFault.FailBefore() : null;

        var writing = store.PutAsync(Segment, "x");
        await Task.Delay(TimeSpan.FromSeconds(25), clock);
        Assert.InRange(_probe[Waiting]!.Value, 20, 30);
        await writing;

        Assert.Equal(0, _probe[Waiting]);
        store.Dispose();
        Assert.Null(_probe[Waiting]);
    });

    public void Dispose()
    {
        _probe.Dispose();
        _meter.Dispose();
    }

    private const string Waiting = "kafka_backup_storage_waiting_seconds{backup_id=nightly}";

    private static string Segment { get; } = BackupKeys.Segment(Backup, new PartitionId("orders", 0), 0, 1, "abc", "");

    private RetryingObjectStore Open(LeapingClock clock)
    {
        var patience = new StorePatience(clock) { Middle = StorePatience.Endless, Retrying = verb => _metrics.Retried(Backup, verb) };
        return new RetryingObjectStore(new MeteredObjectStore(_faulty, Backup, "s3", patience, _metrics), patience, new Random(1));
    }
}
