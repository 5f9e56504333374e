using System.Diagnostics.Metrics;
using Akka.Actor;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.PartitionWorkers.Tests.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Protocol;
using Xunit;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;

namespace KafkaBackup.PartitionWorkers.Tests.Node;

/// <summary>What is measured of a node's workers.</summary>
public sealed class WorkerMetricsTests : PatientTestKit
{
    private readonly Meter _meter = new("test");
    private readonly MeterProbe _probe;
    private readonly WorkerMetrics _metrics;

    public WorkerMetricsTests()
        : base(WireHocon.Real) => (_metrics, _probe) = (new WorkerMetrics(_meter), new MeterProbe(_meter));

    [Fact]
    public async Task What_a_pipeline_reads_and_stores_is_counted()
    {
        var bench = new PipelineBench { Metrics = _metrics };
        bench.Log.Append(25, valueBytes: 300);

        await bench.RunAsync(new OffsetRange(0, 25));

        const string labels = "{algorithm=none,backup_id=nightly}";
        var segments = bench.TakeAll().Select(entry => entry.Segment!).ToList();
        Assert.Equal(25, _probe["kafka_backup_records_total{backup_id=nightly}"]);
        var bytes = segments.Sum(segment => segment.UncompressedSize);
        Assert.InRange(_probe["kafka_backup_bytes_total{backup_id=nightly}"]!.Value, 25 * 300, bytes);
        Assert.Equal(3, _probe["kafka_backup_segments_total{backup_id=nightly}"]);
        Assert.Equal(bytes, _probe["kafka_backup_uncompressed_bytes_total" + labels]);
        Assert.Equal(segments.Sum(segment => segment.CompressedSize), _probe["kafka_backup_compressed_bytes_total" + labels]);
        Assert.Equal((double)segments[^1].UncompressedSize / segments[^1].CompressedSize, _probe["kafka_backup_compression_ratio" + labels]);
    }

    [Fact]
    public async Task Permits_and_memory_are_shown_as_they_are_handed_out_and_come_back()
    {
        var permits = Sys.ActorOf(PermitsActor.Props(25, _metrics));
        var (first, second, third) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        foreach (var worker in (IActorRef[])[first, second, third])
        {
            permits.Tell(new RequestPermit(PermitUser.Of(new BackupId("nightly")), Bytes: 10, Most: 100), worker);
        }

        await AwaitConditionAsync(() => Task.FromResult(Shown() == (2, 1, 20, 25)));

        permits.Tell(ReleasePermit.Instance, first);
        permits.Tell(ReleasePermit.Instance, second);
        await AwaitConditionAsync(() => Task.FromResult(Shown() == (1, 0, 10, 25)));
    }

    [Fact]
    public void A_journal_that_failed_is_shown()
    {
        var journal = new JournalHealth(_ => { }, TimeProvider.System);
        Assert.Null(_probe["kafka_backup_journal_usable"]);

        _metrics.Watch(journal);
        Assert.Equal(1, _probe["kafka_backup_journal_usable"]);

        journal.Failed("read", new IOException("gone"));
        Assert.Equal(0, _probe["kafka_backup_journal_usable"]);
    }

    [Fact]
    public void A_drained_node_is_shown()
    {
        var node = WorkerNode.Alone;
        Assert.Null(_probe["kafka_backup_node_drained"]);

        _metrics.Watch(node);
        Assert.Equal(0, _probe["kafka_backup_node_drained"]);

        node.Drain();
        Assert.Equal(1, _probe["kafka_backup_node_drained"]);
    }

    private (double?, double?, double?, double?) Shown() => (
        _probe["kafka_backup_permits_in_use"], _probe["kafka_backup_permits_waiting"],
        _probe["kafka_backup_memory_used_bytes"], _probe["kafka_backup_memory_budget_bytes"]);

    protected override void AfterAll()
    {
        base.AfterAll();
        _probe.Dispose();
        _meter.Dispose();
    }
}
