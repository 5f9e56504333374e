using KafkaBackup.Shared;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>A consumer group with its places at the target.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Places">Where it shall stand, in order of partition.</param>
/// <param name="Left">Partitions in which its place is not known, as they were not restored whole.</param>
public sealed record RestoredGroup(string Id, IReadOnlyList<GroupPlace> Places, IReadOnlyList<PartitionId> Left)
{
    /// <summary>The places of <paramref name="group"/>.</summary>
    /// <param name="group">It.</param>
    /// <param name="restored">What has become of partitions, by those at the target. A partition with records that have the time of the restore counts as
    /// whole: offsets are no worse for that.</param>
    public static RestoredGroup Of(RestoreGroup group, IReadOnlyDictionary<PartitionId, PartitionRestored> restored)
    {
        var (places, left) = (new List<GroupPlace>(), new List<PartitionId>());
        foreach (var mark in group.Marks)
        {
            if (restored.GetValueOrDefault(mark.Target) is { Failure: null, WasStopped: false, Differences.Count: 0 } whole
                && whole.Marked.TryGetValue(mark.SourceOffset, out var offset))
            {
                places.Add(new GroupPlace(mark.Target, mark.SourceOffset, offset, mark.Metadata));
            }
            else
            {
                left.Add(mark.Target);
            }
        }

        return new RestoredGroup(group.Id, places, left);
    }

    /// <summary>The same, with places in some partitions among those that are left as they are.</summary>
    public RestoredGroup Without(Func<PartitionId, bool> isLeft)
    {
        var places = Places.ToLookup(place => isLeft(place.Target));
        return this with { Places = [.. places[false]], Left = [.. Left, .. places[true].Select(place => place.Target)] };
    }
}
