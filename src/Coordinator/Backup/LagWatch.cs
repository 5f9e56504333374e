using System.Collections.Immutable;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>Decides when a continuous run visits a partition: when its lag fills a segment, or its oldest unsaved record is old enough. Immutable.</summary>
/// <remarks>Between two visits nothing of a partition is open, no memory, no consumer. So a visit writes one object, or several full ones, and
/// a thousand partitions that trickle cost a thousand objects an interval and not one a poll.</remarks>
public sealed record LagWatch(BackupSection Section)
{
    /// <summary>What a record is taken to need before anything of its partition was stored, in bytes.</summary>
    private const double AssumedRecordSize = 1_000;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    /// <summary>Since when there is something to read.</summary>
    private ImmutableDictionary<PartitionId, DateTimeOffset> Since { get; init; } = ImmutableDictionary<PartitionId, DateTimeOffset>.Empty;

    private ImmutableDictionary<PartitionId, double> RecordSizes { get; init; } = ImmutableDictionary<PartitionId, double>.Empty;

    private ImmutableDictionary<PartitionId, (int Failures, DateTimeOffset RetryAt)> Failing { get; init; } =
        ImmutableDictionary<PartitionId, (int Failures, DateTimeOffset RetryAt)>.Empty;

    /// <summary>The partitions to visit now, out of all that have something to read.</summary>
    /// <param name="lagging">What there is to read, of partitions that nobody visits at the moment.</param>
    /// <param name="now">The time.</param>
    public (LagWatch Watch, IReadOnlyList<PartitionWork> Due) Due(IReadOnlyList<PartitionWork> lagging, DateTimeOffset now)
    {
        var since = lagging.ToImmutableDictionary(work => work.Partition, work => Since.GetValueOrDefault(work.Partition, now));
        return (this with { Since = since }, [.. lagging.Where(work => IsDue(work, since[work.Partition], now))]);
    }

    /// <summary>A visit went through: it read <paramref name="offsets"/> and stored so many uncompressed <paramref name="bytes"/>.</summary>
    public LagWatch Visit(PartitionId partition, long offsets, long bytes) => this with
    {
        Since = Since.Remove(partition),
        Failing = Failing.Remove(partition),
        RecordSizes = offsets > 0 ? RecordSizes.SetItem(partition, Math.Max(1, (double)bytes / offsets)) : RecordSizes,
    };

    /// <summary>A visit failed for good: the next is put off, longer with each failure in a row.</summary>
    public LagWatch Fail(PartitionId partition, DateTimeOffset now)
    {
        var failures = Failing.GetValueOrDefault(partition).Failures + 1;
        var pause = TimeSpan.FromTicks((long)Math.Min(LongestPause.Ticks, FirstPause.Ticks * Math.Pow(2, failures - 1)));
        return this with { Failing = Failing.SetItem(partition, (failures, now + pause)) };
    }

    private bool IsDue(PartitionWork work, DateTimeOffset since, DateTimeOffset now) => Failing.TryGetValue(work.Partition, out var failing)
        ? now >= failing.RetryAt
        : work.Length >= Section.SegmentMaxRecords
            || work.Length * RecordSizes.GetValueOrDefault(work.Partition, AssumedRecordSize) >= Section.SegmentMaxBytes
            || now - since >= Section.SegmentMaxInterval;
}
