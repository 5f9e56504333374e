using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Shared.OffsetSnapshots;

/// <summary>Compares consumer groups with an offset snapshot, and sets them back to it.</summary>
public sealed class OffsetRollback(ITopicCatalog catalog)
{
    /// <summary>Where groups of a snapshot stand now, in order of their ids.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="groups">Which of its groups; null for all.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackupException">The snapshot is of another cluster or does not have a group, or the cluster cannot be asked. That one group cannot be read
    /// the comparison tells.</exception>
    public async Task<IReadOnlyList<GroupComparison>> CompareAsync(
        OffsetSnapshot snapshot, IReadOnlyCollection<string>? groups, CancellationToken cancellation)
    {
        if (groups?.FirstOrDefault(group => !snapshot.GroupOffsets.ContainsKey(group)) is { } absent)
        {
            throw new BackupException(FailureKind.Configuration, $"Snapshot {snapshot.SnapshotId} has no consumer group '{absent}'. Correct --groups.");
        }

        var cluster = await catalog.GetClusterIdAsync(cancellation);
        if (snapshot.ClusterId is { } known && cluster is not null && known != cluster)
        {
            throw new BackupException(FailureKind.Source, $"Snapshot {snapshot.SnapshotId} is of the Kafka cluster with id {known}, and this is the cluster with id {cluster}, "
                + "in which the same offsets are of other records. Nothing was set. Correct the address.");
        }

        var names = (groups ?? snapshot.GroupOffsets.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return [.. (await catalog.GetGroupOffsetsAsync(names, cancellation)).Select(now => GroupComparison.Of(snapshot.GroupOffsets[now.Group], now))];
    }

    /// <summary>Sets groups back that stand elsewhere than in the snapshot. None that cannot be set keeps another from it.</summary>
    /// <param name="groups">The groups, as they were compared.</param>
    /// <param name="writer">Sets them, and reads them back.</param>
    /// <param name="waits">Is told a group whose members have to be waited for, from any thread.</param>
    /// <param name="cancellation">Gives up; each group tells whether it was.</param>
    /// <param name="atOnce">How many groups are set at a time.</param>
    /// <param name="retries">How many times more one is tried that could not be set.</param>
    /// <returns>What came of each, in their order.</returns>
    public static async Task<IReadOnlyList<GroupRollback>> SetAsync(
        IReadOnlyList<GroupComparison> groups, IGroupWriter writer, Action<string> waits, CancellationToken cancellation, int atOnce = 16, int retries = 0)
    {
        using var places = new SemaphoreSlim(atOnce);
        return await Task.WhenAll(groups.Select(group => SetSoonAsync(group)));

        async Task<GroupRollback> SetSoonAsync(GroupComparison group)
        {
            await places.WaitAsync(CancellationToken.None);
            try
            {
                var result = await SetAsync(group, writer, waits, cancellation);
                for (var tries = 0; tries < retries && result is { Problem: not null, WasStopped: false, Group.Problem: null }; tries++)
                {
                    result = await SetAsync(group, writer, waits, cancellation);
                }

                return result;
            }
            finally
            {
                places.Release();
            }
        }
    }

    private static async Task<GroupRollback> SetAsync(GroupComparison group, IGroupWriter writer, Action<string> waits, CancellationToken cancellation)
    {
        if (group.Problem is { } unread)
        {
            return new GroupRollback(group, $"Consumer group '{group.Group}' is not set, as nobody could bring back where it stands: {unread}.");
        }

        try
        {
            cancellation.ThrowIfCancellationRequested();
            var without = group.Changed.Count == 0 ? [] : await writer.SetAsync(group.Group, group.Then, () => waits(group.Group), cancellation); // All: it may have moved on since.
            return new GroupRollback(group, null, WithoutMetadata: without.Count > 0 ? without : null);
        }
        catch (BackupException e)
        {
            return new GroupRollback(group, e.Message);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return new GroupRollback(group, $"Consumer group '{group.Group}' was given up, as the program was told to stop.", WasStopped: true);
        }
    }
}
