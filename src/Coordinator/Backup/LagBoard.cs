using KafkaBackup.Shared;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>What one run's partitions lack, and since when: written by the coordinator, read by whoever measures.</summary>
/// <remarks>Between two looks at the source a partition lacks what it lacked at the first, less what was saved since.</remarks>
internal sealed class LagBoard
{
    private readonly Lock _gate = new();
    private Dictionary<PartitionId, (long Records, DateTimeOffset Since)> _lagging = [];
    private IReadOnlyList<PartitionId> _partitions = [];
    private bool _hasLooked;

    /// <summary>What all partitions lack together; null before the source was looked at.</summary>
    public long? Total
    {
        get
        {
            lock (_gate)
            {
                return _hasLooked ? _lagging.Values.Sum(lag => lag.Records) : null;
            }
        }
    }

    /// <summary>The source was looked at.</summary>
    public void Look(BackupPlan plan, DateTimeOffset now)
    {
        lock (_gate)
        {
            _hasLooked = true;
            var before = _lagging;
            _lagging = plan.Work.ToDictionary(
                work => work.Partition,
                work => (work.Length, before.TryGetValue(work.Partition, out var known) ? known.Since : now));
            _partitions = [.. plan.Bounds.Where(item => item.Value.Problem is null).Select(item => item.Key)];
        }
    }

    /// <summary>What a partition lacked is saved; <paramref name="rest"/> could not be read, as a transaction is open before it.</summary>
    public void Save(PartitionId partition, long rest)
    {
        lock (_gate)
        {
            if (rest > 0 && _lagging.TryGetValue(partition, out var known))
            {
                _lagging[partition] = (Math.Min(rest, known.Records), known.Since);
            }
            else
            {
                _lagging.Remove(partition);
            }
        }
    }

    /// <summary>All partitions whose ends are known; those that lack nothing with 0.</summary>
    public IReadOnlyList<PartitionLag> Read(DateTimeOffset now)
    {
        lock (_gate)
        {
            return [.. _partitions.Select(partition => _lagging.TryGetValue(partition, out var lag)
                ? new PartitionLag(partition.Topic, partition.Number.ToString(), lag.Records, Math.Max(0, (now - lag.Since).TotalSeconds))
                : new PartitionLag(partition.Topic, partition.Number.ToString(), 0, 0))];
        }
    }
}
