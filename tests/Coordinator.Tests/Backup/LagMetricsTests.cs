using System.Diagnostics.Metrics;
using KafkaBackup.Coordinator.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KafkaBackup.Coordinator.Tests.Backup;

/// <summary>How many series of lag there are.</summary>
public sealed class LagMetricsTests : IDisposable
{
    private readonly Meter _meter = new("test");
    private readonly FakeTimeProvider _clock = new();
    private readonly List<(BackupId Backup, LagBoard Board)> _boards = [];
    private readonly MeterProbe _probe;
    private readonly LagMetrics _metrics;

    public LagMetricsTests() => (_metrics, _probe) = (new LagMetrics(_meter, _clock, () => _boards), new MeterProbe(_meter));

    [Theory]
    [InlineData(0, 6)]
    [InlineData(6, 6)]
    [InlineData(5, 2)]
    [InlineData(2, 2)]
    [InlineData(1, 0)]
    public void Above_the_limit_there_is_one_for_each_topic_and_above_that_none(int limit, int expected)
    {
        Lags("nightly", topics: 2, partitions: 3);
        _metrics.MaxSeries = limit;

        var series = Series();

        Assert.Equal(expected, series.Count);
        Assert.Equal(42, _probe["kafka_backup_lag_records_sum{backup_id=nightly}"]);
        if (expected == 2)
        {
            Assert.Equal(21, _probe["kafka_backup_lag_records{topic=t1,partition=,backup_id=nightly}"]);
        }
    }

    [Fact]
    public void The_limit_is_one_for_all_backups_and_the_small_ones_come_first()
    {
        Lags("large", topics: 2, partitions: 5);
        Lags("small", topics: 1, partitions: 3);
        _metrics.MaxSeries = 8;

        Assert.Equal(2, Series().Count(series => series.EndsWith("partition=,backup_id=large}", StringComparison.Ordinal)));
        Assert.Equal(3, Series().Count(series => series.EndsWith("backup_id=small}", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_partition_whose_end_is_not_known_has_no_lag()
    {
        var board = new LagBoard();
        board.Look(Plan([(new PartitionId("t", 0), 5), (new PartitionId("t", 1), 0)], unknown: new PartitionId("t", 1)), _clock.GetUtcNow());

        Assert.Equal([new PartitionLag("t", "0", 5, 0)], board.Read(_clock.GetUtcNow()));
    }

    [Fact]
    public void What_a_transaction_holds_back_stays_lag_and_keeps_its_age()
    {
        var (board, partition) = (new LagBoard(), new PartitionId("t", 0));
        board.Look(Plan([(partition, 10)]), _clock.GetUtcNow());
        _clock.Advance(TimeSpan.FromSeconds(5));
        board.Save(partition, rest: 4);
        board.Look(Plan([(partition, 6)]), _clock.GetUtcNow());

        Assert.Equal([new PartitionLag("t", "0", 6, 5)], board.Read(_clock.GetUtcNow()));
    }

    public void Dispose()
    {
        _probe.Dispose();
        _meter.Dispose();
    }

    private List<string> Series() =>
        [.. _probe.Read().Keys.Where(series => series.StartsWith("kafka_backup_lag_records{", StringComparison.Ordinal))];

    private void Lags(string backup, int topics, int partitions)
    {
        var board = new LagBoard();
        var all = from topic in Enumerable.Range(1, topics) from number in Enumerable.Range(0, partitions) select (new PartitionId($"t{topic}", number), 7);
        board.Look(Plan([.. all]), _clock.GetUtcNow());
        _boards.Add((new BackupId(backup), board));
    }

    private static BackupPlan Plan(IReadOnlyList<(PartitionId Partition, int Lag)> lags, PartitionId? unknown = null) => new()
    {
        ClusterId = null,
        TopicCount = 1,
        Bounds = lags.ToDictionary(item => item.Partition, item => new PartitionBounds(0, 100)
        {
            Problem = item.Partition == unknown ? new BackupException(FailureKind.Source, "no leader") : null,
        }),
        Work = [.. lags.Where(item => item.Lag > 0).Select(item => new PartitionWork(item.Partition, [new OffsetRange(100 - item.Lag, 100)], null))],
        NewFacts = [],
        Failures = [],
        HasPositions = false,
    };
}
