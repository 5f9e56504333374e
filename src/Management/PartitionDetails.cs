using KafkaBackup.Shared;
using KafkaBackup.Shared.Oso;

namespace KafkaBackup.Management;

/// <summary>How far the backup of a partition is, as the API shows it.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition's number.</param>
/// <param name="Position">The next offset that a run would read; null when the backup has nothing of it.</param>
/// <param name="Records">Records in the backup.</param>
/// <param name="Segments">Their objects.</param>
/// <param name="Gaps">Ranges of offsets that were gone at the source before they could be read.</param>
/// <param name="Behind">How many offsets the backup is behind the source; null when the source has no such partition, or did not tell.</param>
/// <param name="Problem">Why the source did not tell, as when the partition has no leader; null when it did.</param>
public sealed record PartitionDetails(string Topic, int Partition, long? Position, long Records, int Segments, int Gaps, long? Behind, string? Problem)
{
    /// <summary>Those of a backup, in order.</summary>
    internal static IReadOnlyList<PartitionDetails> Of(StatusReport report) =>
        [.. report.Partitions.Select(partition => Of(report, partition, report.Stored.GetValueOrDefault(partition)))];

    private static PartitionDetails Of(StatusReport report, PartitionId partition, StoredPartition? stored)
    {
        var bounds = report.Source is { } source && source.TryGetValue(partition, out var found) ? found : default(Shared.Kafka.PartitionBounds?);
        return new PartitionDetails(
            partition.Topic,
            partition.Number,
            report.PositionOf(partition),
            stored?.Records ?? 0,
            stored?.Segments ?? 0,
            stored?.Gaps.Count ?? 0,
            bounds is { } known ? report.LagOf(partition, known) : null,
            bounds?.Problem?.Message);
    }
}
