using System.Collections.Immutable;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>What stands in the way of a run at the moment, partition by partition and as a whole. It decides the exit code. Immutable.</summary>
public sealed record RunFailures
{
    private ImmutableDictionary<PartitionId, Fault> Worked { get; init; } = ImmutableDictionary<PartitionId, Fault>.Empty;

    private ImmutableDictionary<PartitionId, Fault> Unplanned { get; init; } = ImmutableDictionary<PartitionId, Fault>.Empty;

    private ImmutableDictionary<PartitionId, Fault> Held { get; init; } = ImmutableDictionary<PartitionId, Fault>.Empty;

    private ImmutableList<Fault> Ended { get; init; } = [];

    private Fault? Refresh { get; init; }

    private Fault? Groups { get; init; }

    /// <summary>Nothing is in the way.</summary>
    public static RunFailures None { get; } = new();

    /// <summary>How many partitions are not backed up as they should be.</summary>
    public int Partitions => Unplanned.Count + Held.Count == 0 ? Worked.Count : Worked.Keys.Union(Unplanned.Keys).Union(Held.Keys).Count();

    /// <summary>Whether nothing is in the way.</summary>
    public bool IsEmpty => Partitions == 0 && !General.Any();

    /// <summary>What to tell of them: of each sentence one, the gravest first.</summary>
    public IReadOnlyList<Fault> Gravest => General.Concat(Worked.Values).Concat(Unplanned.Values).Concat(Held.Values).DistinctBy(failure => failure.Message)
        .OrderByDescending(failure => failure.Kind).Take(BackupProtocol.BackupFinished.MaxFailures).ToList();

    private IEnumerable<Fault> General => Ended.Concat(new[] { Refresh, Groups }.OfType<Fault>());

    /// <summary>The work on a partition ended with <paramref name="failure"/>, or went through.</summary>
    /// <returns>What stands in the way now, and whether that is news.</returns>
    public (RunFailures Failures, bool IsNews) Note(PartitionId partition, Fault? failure)
    {
        var known = Worked.GetValueOrDefault(partition);
        return failure is null
            ? (this with { Worked = Worked.Remove(partition) }, known is not null)
            : (this with { Worked = Worked.SetItem(partition, failure) }, known?.Message != failure.Message);
    }

    /// <summary>The partitions that the plan made last leaves out, and why.</summary>
    /// <returns>What stands in the way now, and those partitions that are news.</returns>
    public (RunFailures Failures, IReadOnlyList<(PartitionId Partition, Fault Failure)> News) NotePlan(
        IReadOnlyList<(PartitionId Partition, Fault Failure)> unplanned) => (
        this with { Unplanned = unplanned.ToImmutableDictionary(item => item.Partition, item => item.Failure) },
        unplanned.Where(item => Unplanned.GetValueOrDefault(item.Partition)?.Message != item.Failure.Message).ToList());

    /// <summary>The partitions whose ends are held back for too long, and by what.</summary>
    /// <returns>What stands in the way now, and those partitions that are news.</returns>
    public (RunFailures Failures, IReadOnlyList<PartitionId> News) NoteHeld(IReadOnlyDictionary<PartitionId, Fault> held) => (
        this with { Held = held.ToImmutableDictionary() },
        [.. held.Where(item => Held.GetValueOrDefault(item.Key)?.Message != item.Value.Message).Select(item => item.Key).Order()]);

    /// <summary>Something stands in the way of the whole run, and it ends.</summary>
    public RunFailures NoteEnd(Fault failure) => this with { Ended = Ended.Add(failure) };

    /// <summary>Why a continuous run could not refresh what it knows of the source, or not see all that it should; null when it could.</summary>
    /// <returns>What stands in the way now, and whether that is news.</returns>
    public (RunFailures Failures, bool IsNews) NoteRefresh(Fault? failure) => (this with { Refresh = failure }, Refresh?.Message != failure?.Message);

    /// <summary>Why the last snapshot of consumer groups could not be taken; null when it could.</summary>
    /// <returns>What stands in the way now, and whether that is news.</returns>
    public (RunFailures Failures, bool IsNews) NoteGroups(Fault? failure) => (this with { Groups = failure }, Groups?.Message != failure?.Message);
}
