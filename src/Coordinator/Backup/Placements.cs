using System.Collections.Immutable;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>Where partitions are worked on: each in its own shard, or so many shards on, as the nodes of those before refused it. Immutable.</summary>
/// <remarks>
/// Which node has a shard is sharding's affair; but neighbouring shards lie on different nodes. A way round is remembered for a while, so that
/// a continuous run does not ask the same node at each visit, and comes back to it.
/// </remarks>
internal sealed record Placements
{
    /// <summary>For how long a way round is remembered.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(5);

    /// <summary>How many shards are tried for each node that there is: two of them may lie on one node.</summary>
    private const int TriesANode = 4;

    /// <summary>How often a partition is ordered once more, a reassertion apart, as long as some node has not refused it: it may have no shards yet.</summary>
    private const int LaterTries = 15;

    /// <summary>Each in its own shard.</summary>
    public static Placements Own { get; } = new();

    private ImmutableDictionary<PartitionId, Tries> Moved { get; init; } = ImmutableDictionary<PartitionId, Tries>.Empty;

    private ImmutableDictionary<string, string> Reasons { get; init; } = ImmutableDictionary<string, string>.Empty;

    private DateTimeOffset Since { get; init; }

    /// <summary>How many shards on from its own a partition is worked on. At least 0.</summary>
    public int Of(PartitionId partition) => Moved.GetValueOrDefault(partition)?.Shift ?? 0;

    /// <summary>A node refused a partition.</summary>
    /// <returns>Where partitions are worked on now; whether there may be a node that takes this one now, later, or not at all; whether the node or its reason is news.</returns>
    public (Placements Placements, PlacesLeft Left, bool IsNews) Refuse(PartitionId partition, Refusal refusal, string reason, DateTimeOffset now)
    {
        var before = Moved.GetValueOrDefault(partition);
        var tries = before is null
            ? new Tries(FirstShift(partition, refusal.Nodes), 1, [refusal.Node])
            : new Tries(before.Shift + 1, before.Count + 1, before.Nodes.Add(refusal.Node));
        var atOnce = TriesANode * refusal.Nodes;
        var left = tries.Nodes.Count >= refusal.Nodes || tries.Count >= atOnce + LaterTries ? PlacesLeft.None
            : tries.Count < atOnce ? PlacesLeft.Now : PlacesLeft.Later;
        return (this with
        {
            Moved = left == PlacesLeft.None ? Moved.Remove(partition) : Moved.SetItem(partition, tries),
            Reasons = Reasons.SetItem(refusal.Node, reason),
            Since = Moved.IsEmpty ? now : Since,
        }, left, Reasons.GetValueOrDefault(refusal.Node) != reason);
    }

    /// <summary>What one node refuses is shared out among all others: its shards lie as many apart as there are nodes.</summary>
    private static int FirstShift(PartitionId partition, int nodes) =>
        1 + ((partition.Topic.Sum(letter => letter) + (partition.Number / nodes)) % Math.Max(1, nodes - 1));

    /// <summary>A node did what there was to do: should one refuse the partition later, all are asked again.</summary>
    public Placements Settle(PartitionId partition) =>
        Moved.TryGetValue(partition, out var tries) ? this with { Moved = Moved.SetItem(partition, new Tries(tries.Shift, 0, [])) } : this;

    /// <summary>Whoever refused may take work by now.</summary>
    public Placements Forget(DateTimeOffset now) => !Moved.IsEmpty && now - Since >= Memory ? this with { Moved = Moved.Clear(), Reasons = Reasons.Clear() } : this;

    private sealed record Tries(int Shift, int Count, ImmutableHashSet<string> Nodes);
}
