using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Shared.OffsetSnapshots;

/// <summary>Where a group stands, beside where a snapshot has it.</summary>
public sealed record GroupComparison
{
    /// <summary>The group.</summary>
    public required string Group { get; init; }

    /// <summary>Its offsets in the snapshot.</summary>
    public required IReadOnlyDictionary<PartitionId, CommittedOffset> Then { get; init; }

    /// <summary>The partitions of the snapshot in which it stands elsewhere now, or has other metadata, in order.</summary>
    public required IReadOnlyList<OffsetDifference> Changed { get; init; }

    /// <summary>The partitions in which it has committed since, and which the snapshot does not have, in order.</summary>
    public required IReadOnlyList<OffsetDifference> Added { get; init; }

    /// <summary>Why it is not known where it stands, without a full stop; null when it is.</summary>
    public string? Problem { get; init; }

    /// <summary>Compares.</summary>
    public static GroupComparison Of(OffsetSnapshot.Group snapshot, GroupOffsets now)
    {
        var then = snapshot.Places().ToDictionary();
        return new GroupComparison
        {
            Group = now.Group,
            Then = then,
            Problem = now.Problem,
            Changed = now.Problem is not null ? [] : Differences(then.Keys.Where(partition => Now(partition)?.IsSameAs(then[partition]) != true)),
            Added = Differences(now.Offsets.Keys.Where(partition => !then.ContainsKey(partition))),
        };

        CommittedOffset? Now(PartitionId partition) => now.Offsets.TryGetValue(partition, out var offset) ? offset : null;

        List<OffsetDifference> Differences(IEnumerable<PartitionId> partitions) =>
            [.. partitions.Order().Select(partition => new OffsetDifference(partition, Now(partition), then.TryGetValue(partition, out var offset) ? offset : null))];
    }
}
