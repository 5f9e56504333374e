using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>What stands in the way of a run at the moment, partition by partition and as a whole. It decides the exit code.</summary>
public sealed class RunFailures
{
    private readonly Dictionary<PartitionId, Fault> _partitions = [];
    private Dictionary<PartitionId, Fault> _unreadable = [];
    private readonly List<Fault> _general = [];
    private Fault? _look;
    private Fault? _groups;

    /// <summary>How many partitions are not backed up as they should be.</summary>
    public int Partitions => _partitions.Keys.Union(_unreadable.Keys).Count();

    /// <summary>Whether nothing is in the way.</summary>
    public bool IsEmpty => Partitions == 0 && !General.Any();

    /// <summary>What to tell of them: of each sentence one, the gravest first.</summary>
    public IReadOnlyList<Fault> Gravest => General.Concat(_partitions.Values).Concat(_unreadable.Values).DistinctBy(failure => failure.Message)
        .OrderByDescending(failure => failure.Kind).Take(BackupProtocol.BackupFinished.MaxFailures).ToList();

    private IEnumerable<Fault> General => _general.Concat(new[] { _look, _groups }.OfType<Fault>());

    /// <summary>The work on a partition ended with <paramref name="failure"/>, or went through.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Note(PartitionId partition, Fault? failure)
    {
        if (failure is null)
        {
            return _partitions.Remove(partition);
        }

        var isNews = _partitions.GetValueOrDefault(partition)?.Message != failure.Message;
        _partitions[partition] = failure;
        return isNews;
    }

    /// <summary>The partitions that the plan made last leaves out, and why.</summary>
    /// <returns>Those that are news.</returns>
    public IReadOnlyList<(PartitionId Partition, Fault Failure)> NotePlan(IReadOnlyList<(PartitionId Partition, Fault Failure)> unreadable)
    {
        var news = unreadable.Where(item => _unreadable.GetValueOrDefault(item.Partition)?.Message != item.Failure.Message).ToList();
        _unreadable = unreadable.ToDictionary(item => item.Partition, item => item.Failure);
        return news;
    }

    /// <summary>Something stands in the way of the whole run, and it ends.</summary>
    public void NoteEnd(Fault failure) => _general.Add(failure);

    /// <summary>Why a continuous run could not look at the source, or not see all that it should; null when it could.</summary>
    /// <returns>Whether that is news.</returns>
    public bool NoteRefresh(Fault? failure)
    {
        var isNews = _look?.Message != failure?.Message;
        _look = failure;
        return isNews;
    }

    /// <summary>Why a continuous run could not take its last snapshot of consumer groups; null when it could.</summary>
    /// <returns>Whether that is news.</returns>
    public bool NoteGroups(Fault? failure)
    {
        var isNews = _groups?.Message != failure?.Message;
        _groups = failure;
        return isNews;
    }

    /// <summary>Forgets everything, for the next run.</summary>
    public void Clear()
    {
        _partitions.Clear();
        _unreadable = [];
        _general.Clear();
        (_look, _groups) = (null, null);
    }
}
