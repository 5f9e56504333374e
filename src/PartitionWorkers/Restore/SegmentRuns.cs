using KafkaBackup.Shared;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>Brings the segments of several partitions into one order, which is that of their times as far as the order within each partition allows.</summary>
/// <remarks>It depends on the segments only, so that each attempt of a restore reads in the same order. Records of several partitions that come into one are so no further from each
/// other in time than a segment lasts, and one segment is held at a time, however many partitions there are.</remarks>
internal static class SegmentRuns
{
    /// <summary>Segments of one partition that have to be read together, as they overlap or may do so.</summary>
    /// <param name="Partition">The partition.</param>
    /// <param name="Segments">Them.</param>
    internal sealed record Run(PartitionId Partition, IReadOnlyList<ManifestSegment> Segments);

    /// <summary>The runs of <paramref name="sources"/>, in the order in which they are read.</summary>
    public static IReadOnlyList<Run> Of(IEnumerable<RestoredSource> sources) =>
        [.. sources.SelectMany(InOrder).OrderBy(run => run.Time).ThenBy(run => run.Run.Partition).ThenBy(run => run.Number).Select(run => run.Run)];

    /// <summary>The runs of one partition: none has an earlier time than the one before it.</summary>
    private static IEnumerable<(Run Run, long Time, int Number)> InOrder(RestoredSource source)
    {
        var (time, number) = (long.MinValue, 0);
        foreach (var segments in Split(source.Segments))
        {
            time = Math.Max(time, segments.Min(segment => segment.StartTimestamp));
            yield return (new Run(source.Partition, segments), time, number++);
        }
    }

    /// <summary>What overlaps stays together. Of others' segments nothing but reading tells what they hold: they all do.</summary>
    private static IEnumerable<IReadOnlyList<ManifestSegment>> Split(IReadOnlyList<ManifestSegment> segments)
    {
        if (segments.Any(segment => BackupKeys.EpochOf(segment.Key) is null))
        {
            yield return segments;
            yield break;
        }

        foreach (var group in SegmentOverlaps.GroupsOf(segments))
        {
            yield return group;
        }
    }
}
