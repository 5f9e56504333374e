namespace KafkaBackup.EmbeddedKafka.Logs;

/// <summary>Compaction.</summary>
internal sealed partial class PartitionLog
{
    /// <summary>Keeps the last record of each key.</summary>
    /// <param name="removeTombstones">Whether records with a null value go too.</param>
    public void Compact(bool removeTombstones)
    {
        lock (_lock)
        {
            // The last batch is what Kafka's active segment is: without it a reader could not tell that it has reached the end.
            var end = Math.Min(BoundsNow.LastStable, _batches.Count == 0 ? 0 : _batches[^1].Header.BaseOffset);
            var count = IndexOf(end);
            var before = _batches.Sum(batch => batch.Cost);
            using var compactor = new Compactor(_producers, removeTombstones);
            var kept = compactor.Compact(_batches[..count]);
            kept.AddRange(_batches[count..]);
            _batches = kept;
            budget.Take(_batches.Sum(batch => batch.Cost) - before);
        }
    }
}
