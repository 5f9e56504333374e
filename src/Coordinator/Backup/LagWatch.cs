using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>Decides when a continuous run visits a partition: when its lag fills a segment, or its oldest unsaved record is old enough. Pure.</summary>
/// <remarks>Between two visits nothing of a partition is open, no memory, no consumer. So a visit writes one object, or several full ones, and
/// a thousand partitions that trickle cost a thousand objects an interval and not one a poll.</remarks>
public sealed class LagWatch(BackupSection section)
{
    /// <summary>What a record is taken to need before anything of its partition was stored, in bytes.</summary>
    private const double AssumedRecordSize = 1_000;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    private readonly Dictionary<PartitionId, DateTimeOffset> _since = [];
    private readonly Dictionary<PartitionId, double> _recordSizes = [];
    private readonly Dictionary<PartitionId, (int Failures, DateTimeOffset RetryAt)> _failing = [];

    /// <summary>The partitions to visit now, out of all that have something to read.</summary>
    /// <param name="lagging">What there is to read, of partitions that nobody visits at the moment.</param>
    /// <param name="now">The time.</param>
    public IReadOnlyList<PartitionWork> Due(IReadOnlyList<PartitionWork> lagging, DateTimeOffset now)
    {
        foreach (var gone in _since.Keys.Except(lagging.Select(work => work.Partition)).ToList())
        {
            _since.Remove(gone);
        }

        return [.. lagging.Where(work => IsDue(work, now))];
    }

    /// <summary>A visit went through: it read <paramref name="offsets"/> and stored so many uncompressed <paramref name="bytes"/>.</summary>
    public void Visited(PartitionId partition, long offsets, long bytes)
    {
        _since.Remove(partition);
        _failing.Remove(partition);
        if (offsets > 0)
        {
            _recordSizes[partition] = Math.Max(1, (double)bytes / offsets);
        }
    }

    /// <summary>A visit failed for good: the next is put off, longer with each failure in a row.</summary>
    public void Failed(PartitionId partition, DateTimeOffset now)
    {
        var failures = _failing.GetValueOrDefault(partition).Failures + 1;
        var pause = TimeSpan.FromTicks((long)Math.Min(LongestPause.Ticks, FirstPause.Ticks * Math.Pow(2, failures - 1)));
        _failing[partition] = (failures, now + pause);
    }

    private bool IsDue(PartitionWork work, DateTimeOffset now)
    {
        if (_failing.TryGetValue(work.Partition, out var failing))
        {
            return now >= failing.RetryAt;
        }

        if (!_since.TryGetValue(work.Partition, out var since))
        {
            _since.Add(work.Partition, since = now);
        }

        return work.Length >= section.SegmentMaxRecords
            || work.Length * _recordSizes.GetValueOrDefault(work.Partition, AssumedRecordSize) >= section.SegmentMaxBytes
            || now - since >= section.SegmentMaxInterval;
    }
}
