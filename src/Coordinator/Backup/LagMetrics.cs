using System.Diagnostics.Metrics;
using KafkaBackup.Shared;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>The series of lag. Their number is bounded: where partitions are too many there is one for each topic, where topics are, only sums.</summary>
internal sealed class LagMetrics
{
    private readonly Func<IEnumerable<(BackupId Backup, LagBoard Board)>> _boards;
    private readonly TimeProvider _clock;

    public LagMetrics(Meter meter, TimeProvider clock, Func<IEnumerable<(BackupId Backup, LagBoard Board)>> boards)
    {
        (_clock, _boards) = (clock, boards);
        meter.CreateObservableGauge("kafka_backup_lag_records", () => Each(lag => lag.Records), null,
            "Offsets that the source has and the backup has not; with an empty partition: of the whole topic");
        meter.CreateObservableGauge("kafka_backup_lag_seconds", () => Each(lag => lag.Seconds), null,
            "How long ago the oldest of them was seen first; with an empty partition: of the whole topic");
        meter.CreateObservableGauge("kafka_backup_lag_records_sum", () => All(lags => lags.Sum(lag => lag.Records)), null,
            "kafka_backup_lag_records over all partitions");
        meter.CreateObservableGauge("kafka_backup_lag_records_max", () => All(lags => lags.Max(lag => lag.Records)), null,
            "kafka_backup_lag_records of the partition that lacks most");
        meter.CreateObservableGauge("kafka_backup_lag_seconds_max", () => All(lags => lags.Max(lag => lag.Seconds)), null,
            "kafka_backup_lag_seconds of the partition that lacks something for longest");
    }

    /// <summary>How many series each of the two may have, over all backups; 0: there is no limit.</summary>
    public int MaxSeries { get; set; }

    private IEnumerable<Measurement<T>> Each<T>(Func<PartitionLag, T> number)
        where T : struct
    {
        var left = MaxSeries == 0 ? int.MaxValue : MaxSeries;
        foreach (var (backup, lags) in Boards().OrderBy(item => item.Lags.Count).ThenBy(item => item.Backup.Value, StringComparer.Ordinal))
        {
            var bounded = Bound(lags, left);
            left -= bounded.Count;
            foreach (var lag in bounded)
            {
                yield return new Measurement<T>(number(lag), new("topic", lag.Topic), new("partition", lag.Partition), Tag(backup));
            }
        }
    }

    private IEnumerable<Measurement<T>> All<T>(Func<IReadOnlyList<PartitionLag>, T> number)
        where T : struct =>
        Boards().Where(item => item.Lags.Count > 0).Select(item => new Measurement<T>(number(item.Lags), Tag(item.Backup)));

    private IEnumerable<(BackupId Backup, IReadOnlyList<PartitionLag> Lags)> Boards()
    {
        var now = _clock.GetUtcNow();
        return _boards().Select(item => (item.Backup, item.Board.Read(now)));
    }

    private static KeyValuePair<string, object?> Tag(BackupId backup) => new("backup_id", backup.Value);

    private static IReadOnlyList<PartitionLag> Bound(IReadOnlyList<PartitionLag> lags, int most)
    {
        if (lags.Count <= most)
        {
            return lags;
        }

        var topics = lags.GroupBy(lag => lag.Topic)
            .Select(topic => new PartitionLag(topic.Key, "", topic.Sum(lag => lag.Records), topic.Max(lag => lag.Seconds))).ToList();
        return topics.Count <= most ? topics : [];
    }
}
