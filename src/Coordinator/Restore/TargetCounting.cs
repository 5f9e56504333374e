using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>Asks what restored partitions hold.</summary>
/// <param name="catalog">The target.</param>
/// <param name="clock">For the pauses.</param>
internal sealed class TargetCounting(ITopicCatalog catalog, TimeProvider clock)
{
    /// <summary>A broker may take some seconds until it knows of a topic that was just made, although its leader has taken all records.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>What they hold; a problem of one that lasts is in its place.</summary>
    /// <exception cref="BackupException">None can be asked.</exception>
    public async Task<IReadOnlyDictionary<PartitionId, PartitionBounds>> CountAsync(IReadOnlyCollection<PartitionId> partitions, CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        var bounds = (await catalog.GetBoundsAsync(partitions, LogEnd.HighWatermark, cancellation)).ToDictionary();
        while (bounds.Where(held => held.Value.Problem is not null).Select(held => held.Key).ToList() is { Count: > 0 } unknown && clock.GetElapsedTime(began) < Patience)
        {
            await Task.Delay(Pause, clock, cancellation);
            foreach (var (partition, held) in await catalog.GetBoundsAsync(unknown, LogEnd.HighWatermark, cancellation))
            {
                bounds[partition] = held;
            }
        }

        return bounds;
    }
}
