using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>Waits until nothing more comes into partitions: a broker may still append what a process sent before it was killed, and what a leader has appended is not seen before all replicas
/// in sync have it, or are taken for away.</summary>
/// <param name="catalog">Tells what partitions hold.</param>
/// <param name="topics">Tells whether their replicas are in sync.</param>
/// <param name="clock">Waits.</param>
internal sealed class TargetSettling(ITopicCatalog catalog, ITopicMaker topics, TimeProvider clock)
{
    private const int MaxLooks = 30;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Longer than a leader waits for replicas before it does without them: replica.lag.time.max.ms, by default 30 s.</summary>
    private static readonly TimeSpan ReplicaPatience = TimeSpan.FromSeconds(35);

    /// <summary>The same, for partitions of which nothing is known.</summary>
    public async Task<IReadOnlyDictionary<PartitionId, PartitionBounds>> WaitAsync(IReadOnlyCollection<PartitionId> partitions, CancellationToken cancellation) =>
        await WaitAsync(partitions, await topics.DescribeAsync([.. partitions.Select(partition => partition.Topic).Distinct()], cancellation), cancellation);

    /// <summary>What partitions hold once they have settled.</summary>
    /// <param name="partitions">The partitions.</param>
    /// <param name="there">Their topics, as they are described.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackupException">Somebody writes to them, or they cannot be asked.</exception>
    public async Task<IReadOnlyDictionary<PartitionId, PartitionBounds>> WaitAsync(
        IReadOnlyCollection<PartitionId> partitions, IReadOnlyDictionary<string, ExistingTopic> there, CancellationToken cancellation)
    {
        if (partitions.Count == 0)
        {
            return new Dictionary<PartitionId, PartitionBounds>();
        }

        var before = await catalog.GetBoundsAsync(partitions, LogEnd.HighWatermark, cancellation);
        var (looks, same, quiet) = (0, TimeSpan.Zero, partitions.All(partition => there.GetValueOrDefault(partition.Topic)?.IsInSync == true) ? Pause : ReplicaPatience);
        while (same < quiet)
        {
            await Task.Delay(Pause, clock, cancellation);
            var now = await catalog.GetBoundsAsync(partitions, LogEnd.HighWatermark, cancellation);
            if (now.Values.FirstOrDefault(bounds => bounds.Problem is not null).Problem is { } problem)
            {
                throw problem;
            }

            var changed = partitions.FirstOrDefault(partition => now[partition].HighWatermark != before[partition].HighWatermark);
            (before, same) = (now, changed.Topic is null ? same + Pause : TimeSpan.Zero);
            if (changed.Topic is not null && ++looks == MaxLooks)
            {
                throw new BackupException(FailureKind.Source, $"Somebody writes to {changed} at the target, where the restore is to go on, and did so {MaxLooks} s long. Stop that, and start the restore again.");
            }
        }

        return before;
    }
}
