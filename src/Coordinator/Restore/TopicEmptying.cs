using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>Makes sure that partitions hold nothing before something is restored into them, unless it is to be added to what they hold.</summary>
/// <param name="services">What the restore needs.</param>
internal sealed class TopicEmptying(RestoreServices services)
{
    /// <summary>Deletes what partitions hold, if that is wanted.</summary>
    /// <param name="partitions">The partitions, of one topic.</param>
    /// <param name="confirm">Fails when another process is at work on the restore by now: asked right before anything is deleted.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Where they end, by their numbers: the first restored record has that offset.</returns>
    /// <exception cref="BackupException">They hold records that may not be deleted, or somebody else writes to them.</exception>
    public async Task<IReadOnlyDictionary<int, long>> EmptyAsync(IReadOnlyCollection<PartitionId> partitions, Func<Task> confirm, CancellationToken cancellation)
    {
        var bounds = services.Configuration.Restore.AppendsToTopics
            ? await new TargetSettling(services.Catalog, services.Topics, services.Clock).WaitAsync(partitions, cancellation) // What others have just written may not be seen at once.
            : await BoundsAsync(partitions, cancellation);
        var full = bounds.Where(held => held.Value.HighWatermark > held.Value.LogStartOffset).ToDictionary(held => held.Key, held => held.Value.HighWatermark);
        if (full.Count > 0 && services.Configuration.Restore.PurgesTopics)
        {
            services.Log.Purges(full.Keys.First().Topic, bounds.Values.Sum(held => held.HighWatermark - held.LogStartOffset));
            await confirm();
            cancellation.ThrowIfCancellationRequested();
            await services.Topics.DeleteRecordsAsync(full, cancellation);
            bounds = await BoundsAsync(partitions, cancellation);
        }

        return !services.Configuration.Restore.AppendsToTopics && bounds.FirstOrDefault(held => held.Value.HighWatermark > held.Value.LogStartOffset) is { Key.Topic: not null } written
            ? throw new BackupException(FailureKind.Source,
                $"{written.Key} holds offsets {written.Value.LogStartOffset} to {written.Value.HighWatermark} at the target, where it should be empty: somebody writes to it. Nothing was restored into it.")
            : bounds.ToDictionary(held => held.Key.Number, held => held.Value.HighWatermark);
    }

    private async Task<IReadOnlyDictionary<PartitionId, PartitionBounds>> BoundsAsync(IReadOnlyCollection<PartitionId> partitions, CancellationToken cancellation)
    {
        var bounds = await services.Catalog.GetBoundsAsync(partitions, LogEnd.HighWatermark, cancellation);
        return bounds.Values.FirstOrDefault(held => held.Problem is not null).Problem is { } problem ? throw problem : bounds;
    }
}
