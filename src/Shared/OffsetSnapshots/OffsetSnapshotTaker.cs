using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Shared.OffsetSnapshots;

/// <summary>Takes an offset snapshot: what groups have committed in any topic.</summary>
/// <remarks>It is of all groups or there is none. OSO's tool stores a group that it could not read as one without offsets, and whoever goes back to that goes back to
/// nothing.</remarks>
public sealed class OffsetSnapshotTaker(ITopicCatalog catalog, TimeProvider clock)
{
    private const int MaxNamed = 10;

    /// <summary>Takes a snapshot, which nobody has stored yet and which has no name.</summary>
    /// <param name="groups">The groups; null for all that the user may see.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackupException">A group cannot be read, or there is none; the sentence names it.</exception>
    public async Task<OffsetSnapshot> TakeAsync(IReadOnlyCollection<string>? groups, CancellationToken cancellation)
    {
        var cluster = await catalog.GetClusterIdAsync(cancellation);
        var read = await catalog.GetGroupOffsetsAsync(groups ?? await catalog.ListGroupsAsync(cancellation), cancellation);
        if (read.Select(group => group.Problem).OfType<string>().ToList() is { Count: > 0 } problems)
        {
            throw new BackupException(FailureKind.Source,
                string.Join(Environment.NewLine, problems.Select(sentence => $"No snapshot was taken: {sentence}.").Take(MaxNamed))
                + (problems.Count > MaxNamed ? $"{Environment.NewLine}{problems.Count} consumer groups cannot be read." : ""));
        }

        if (read.Count == 0)
        {
            throw new BackupException(FailureKind.Source, "No snapshot was taken: the cluster shows no consumer group. Give the user the right to describe groups if there are some.");
        }

        if (groups is not null)
        {
            await RefuseAbsentAsync(read, cancellation);
        }

        return new OffsetSnapshot
        {
            SnapshotId = "",
            CreatedAt = clock.GetUtcNow(),
            ClusterId = cluster,
            GroupOffsets = new SortedDictionary<string, OffsetSnapshot.Group>(
                read.DistinctBy(group => group.Group).ToDictionary(group => group.Group, OffsetSnapshot.Of), StringComparer.Ordinal),
        };
    }

    /// <summary>Brokers answer for a group that is not there as for one that has committed nothing.</summary>
    private async Task RefuseAbsentAsync(IReadOnlyList<GroupOffsets> read, CancellationToken cancellation)
    {
        var empty = read.Where(group => group.Offsets.Count == 0).Select(group => group.Group).ToList();
        if (empty.Count > 0 && empty.Except(await catalog.ListGroupsAsync(cancellation), StringComparer.Ordinal).FirstOrDefault() is { } absent)
        {
            throw new BackupException(FailureKind.Configuration, $"No snapshot was taken: there is no consumer group '{absent}'. Correct --groups.");
        }
    }
}
