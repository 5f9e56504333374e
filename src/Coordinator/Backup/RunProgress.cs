using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>Counts how far a run is.</summary>
internal sealed class RunProgress
{
    private long _savedRecords;
    private int _savedPartitions;

    /// <summary>Assignments planned so far.</summary>
    public int Partitions { get; private set; }

    /// <summary>How many of them have ended.</summary>
    public int Done { get; private set; }

    /// <summary>How many offsets they were to read.</summary>
    public long Offsets { get; private set; }

    /// <summary>There is more to do.</summary>
    public void Planned(IReadOnlyCollection<PartitionWork> work)
    {
        Partitions += work.Count;
        Offsets += work.Sum(item => item.Length);
    }

    /// <summary>An assignment ended.</summary>
    public void Ended(PartitionProtocol.PartitionEnded ended, bool wasCancelled)
    {
        Done += wasCancelled ? 0 : 1;
        _savedRecords += ended.Records;
        _savedPartitions += ended.Records > 0 ? 1 : 0;
    }

    /// <summary>What was saved since this was last asked.</summary>
    public (long Records, int Partitions) TakeSaved()
    {
        var saved = (_savedRecords, _savedPartitions);
        (_savedRecords, _savedPartitions) = (0, 0);
        return saved;
    }

    /// <summary>Forgets everything, for the next run.</summary>
    public void Clear() => (Partitions, Done, Offsets, _savedRecords, _savedPartitions) = (0, 0, 0, 0, 0);
}
