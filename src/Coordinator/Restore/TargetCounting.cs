using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>Asks what restored partitions hold.</summary>
/// <param name="catalog">The target.</param>
/// <param name="clock">For the pauses.</param>
internal sealed class TargetCounting(ITopicCatalog catalog, TimeProvider clock)
{
    /// <summary>A broker may take some seconds until it knows of a topic that was just made, although its leader has taken all records. A leader shows what it has once its replicas have
    /// it, or are taken for away: replica.lag.time.max.ms, by default 30 s. What nobody acknowledges may be on its way.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(35);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>What they hold, once all has come, or nothing more comes; a problem of one that lasts is in its place.</summary>
    /// <param name="ends">The partitions, with the ends that they should have.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackupException">None can be asked.</exception>
    public async Task<IReadOnlyDictionary<PartitionId, PartitionBounds>> CountAsync(IReadOnlyDictionary<PartitionId, long> ends, CancellationToken cancellation)
    {
        var changed = clock.GetTimestamp();
        var bounds = (await catalog.GetBoundsAsync([.. ends.Keys], LogEnd.HighWatermark, cancellation)).ToDictionary();
        while (bounds.Where(held => held.Value.Problem is not null || held.Value.HighWatermark < ends[held.Key]).Select(held => held.Key).ToList() is { Count: > 0 } late
            && clock.GetElapsedTime(changed) < Patience)
        {
            await Task.Delay(Pause, clock, cancellation);
            foreach (var (partition, held) in await catalog.GetBoundsAsync(late, LogEnd.HighWatermark, cancellation))
            {
                changed = held.HighWatermark > bounds[partition].HighWatermark ? clock.GetTimestamp() : changed;
                bounds[partition] = held;
            }
        }

        return bounds;
    }
}
