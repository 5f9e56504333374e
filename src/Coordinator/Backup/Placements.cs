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

    /// <summary>Each in its own shard.</summary>
    public static Placements Own { get; } = new();

    private ImmutableDictionary<PartitionId, Tries> Moved { get; init; } = ImmutableDictionary<PartitionId, Tries>.Empty;

    private ImmutableDictionary<string, string> Reasons { get; init; } = ImmutableDictionary<string, string>.Empty;

    private DateTimeOffset Since { get; init; }

    /// <summary>How many shards on from its own a partition is worked on. At least 0.</summary>
    public int Of(PartitionId partition) => Moved.GetValueOrDefault(partition)?.Shift ?? 0;

    /// <summary>A node refused a partition.</summary>
    /// <returns>Where partitions are worked on now; whether there may be a node left that takes this one; whether the node or its reason is news.</returns>
    public (Placements Placements, bool IsLeft, bool IsNews) Refuse(PartitionId partition, Refusal refusal, string reason, DateTimeOffset now)
    {
        var before = Moved.GetValueOrDefault(partition) ?? new Tries(0, 0, []);
        var tries = new Tries(before.Shift + 1, before.Count + 1, before.Nodes.Add(refusal.Node));
        var isLeft = tries.Nodes.Count < refusal.Nodes && tries.Count < TriesANode * refusal.Nodes;
        return (this with
        {
            Moved = isLeft ? Moved.SetItem(partition, tries) : Moved.Remove(partition),
            Reasons = Reasons.SetItem(refusal.Node, reason),
            Since = Moved.IsEmpty ? now : Since,
        }, isLeft, Reasons.GetValueOrDefault(refusal.Node) != reason);
    }

    /// <summary>A node did what there was to do: should one refuse the partition later, all are asked again.</summary>
    public Placements Settle(PartitionId partition) =>
        Moved.TryGetValue(partition, out var tries) ? this with { Moved = Moved.SetItem(partition, new Tries(tries.Shift, 0, [])) } : this;

    /// <summary>Whoever refused may take work by now.</summary>
    public Placements Forget(DateTimeOffset now) => !Moved.IsEmpty && now - Since >= Memory ? this with { Moved = Moved.Clear() } : this;

    private sealed record Tries(int Shift, int Count, ImmutableHashSet<string> Nodes);
}
