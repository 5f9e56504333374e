using System.Buffers;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Oso;

/// <summary>Keeps <c>consumer-groups-snapshot.json</c>: what groups have committed on topics of the backup.</summary>
/// <remarks>A snapshot never gets poorer without proof. Brokers leave groups that a user may not see out of a listing without a word, so a
/// group that is no longer listed is asked for by name: only an answer that it has no offsets takes it out. And with a topic they forget what was
/// committed in it: what is known of a topic that is gone, or was made anew, is kept.</remarks>
public sealed class GroupSnapshotPublisher(IObjectStore store, ITopicCatalog catalog, TimeProvider clock)
{
    private const int MaxTries = 3;

    /// <summary>Takes a snapshot, and writes it when it differs from the one that is there.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="scope">What counts.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>What is stored now, and whether some group could not be read.</returns>
    /// <exception cref="BackupException">Groups cannot be listed.</exception>
    /// <exception cref="StorageException">The snapshot cannot be read or written; it is as it was.</exception>
    public async Task<GroupSnapshotOutcome> TakeAsync(BackupId backup, GroupSnapshotScope scope, CancellationToken cancellation)
    {
        var key = BackupKeys.ConsumerGroups(backup);
        var listed = await catalog.GetGroupOffsetsAsync(await catalog.ListGroupsAsync(cancellation), cancellation);
        for (var attempt = 1; ; attempt++)
        {
            var stored = await store.GetAsync(key, cancellation);
            var before = stored is null ? new GroupSnapshot() : GroupSnapshot.Read(stored.Content.Span, key);
            var unlisted = before.Groups.Select(group => group.GroupId).Except(listed.Select(group => group.Group), StringComparer.Ordinal).ToList();
            var found = listed.Concat(await catalog.GetGroupOffsetsAsync(unlisted, cancellation)).ToList();
            scope = await scope.StillThereAsync(catalog, cancellation); // Asked when all offsets are read: those of a topic that was made anew meanwhile do not pass for others.
            var now = Merge(before, found, scope) with { SnapshotTime = clock.GetUtcNow().ToUnixTimeMilliseconds() };
            if (now.IsSameAs(before) && (stored is not null || now.Groups.Count == 0))
            {
                return new GroupSnapshotOutcome(now, Problem(found));
            }

            try
            {
                await store.PutAsync(key, new ReadOnlySequence<byte>(now.ToJson()), PutCondition.Expecting(stored?.ETag), cancellation);
                return new GroupSnapshotOutcome(now, Problem(found));
            }
            catch (StorageConflictException) when (attempt < MaxTries)
            {
                // Somebody else took one meanwhile, or the answer to an earlier try was lost: compared with what is there now.
            }
        }
    }

    /// <summary>The same without a run, on all topics that the backup holds.</summary>
    /// <exception cref="BackupException">There is no such backup, it is another cluster's, or groups cannot be listed.</exception>
    /// <exception cref="StorageException">Backup or snapshot cannot be read or written; the snapshot is as it was.</exception>
    public async Task<GroupSnapshotOutcome> TakeAsync(BackupId backup, CancellationToken cancellation)
    {
        var (source, topics) = await new BackupReader(store).ReadAsync(backup.Value, topics: null, async stream => (
            stream.Head?.SourceClusterId,
            await stream.TopicsAsync(cancellation).Select(topic => topic.Manifest.Name).ToDictionaryAsync(
                name => name, name => stream.Facts.GetValueOrDefault(name)?.TopicId, StringComparer.Ordinal, cancellation)), cancellation);
        var cluster = await catalog.GetClusterIdAsync(cancellation);
        if (SourceIdentity.Conflict(source, cluster) is { } conflict)
        {
            throw new BackupException(FailureKind.Source, conflict); // By another cluster's word all groups of the snapshot would be gone.
        }

        return await TakeAsync(backup, new GroupSnapshotScope(topics), cancellation);
    }

    private static GroupSnapshot Merge(GroupSnapshot before, IEnumerable<GroupOffsets> found, GroupSnapshotScope scope)
    {
        var known = before.Groups.ToDictionary(group => group.GroupId, StringComparer.Ordinal);
        var groups = new List<GroupSnapshot.SnapshotGroup>();
        foreach (var group in found.OrderBy(group => group.Group, StringComparer.Ordinal))
        {
            var snapshot = group.Problem is null ? Of(group, known.GetValueOrDefault(group.Group), scope) : known.GetValueOrDefault(group.Group);
            if (snapshot is { Offsets.Count: > 0 })
            {
                groups.Add(snapshot);
            }
        }

        return new GroupSnapshot { Groups = groups };
    }

    /// <summary>What a group has committed now in the partitions that count, and what is known of the others.</summary>
    private static GroupSnapshot.SnapshotGroup Of(GroupOffsets group, GroupSnapshot.SnapshotGroup? known, GroupSnapshotScope scope)
    {
        var kept = known?.All().Where(item => !scope.Has(item.Partition)) ?? [];
        var committed = group.Offsets.Where(item => scope.Has(item.Key)).Select(item => (Partition: item.Key, item.Value.Offset, Commit: GroupSnapshot.Commit.Of(item.Value)));
        var offsets = new SortedDictionary<string, SortedDictionary<string, long>>(StringComparer.Ordinal);
        var commits = new SortedDictionary<string, SortedDictionary<string, GroupSnapshot.Commit>>(StringComparer.Ordinal);
        foreach (var (partition, offset, beside) in kept.Concat(committed).OrderBy(item => item.Partition))
        {
            if (!offsets.TryGetValue(partition.Topic, out var ofTopic))
            {
                offsets.Add(partition.Topic, ofTopic = new SortedDictionary<string, long>(NumbersAsText.Instance));
            }

            ofTopic[$"{partition.Number}"] = offset;
            if (beside is { } commit)
            {
                commits.TryAdd(partition.Topic, new SortedDictionary<string, GroupSnapshot.Commit>(NumbersAsText.Instance));
                commits[partition.Topic][$"{partition.Number}"] = commit;
            }
        }

        return new GroupSnapshot.SnapshotGroup { GroupId = group.Group, Offsets = offsets, Commits = commits.Count > 0 ? commits : null };
    }

    private static string? Problem(IReadOnlyCollection<GroupOffsets> found)
    {
        var problems = found.Where(group => group.Problem is not null).Select(group => group.Problem!).ToList();
        return problems.Count == 0 ? null : $"The consumer group snapshot lacks news of {problems.Count} group(s), and keeps what was known of them: {problems[0]}.";
    }

    /// <summary>2 before 10.</summary>
    private sealed class NumbersAsText : IComparer<string>
    {
        public static NumbersAsText Instance { get; } = new();

        public int Compare(string? x, string? y) => x!.Length != y!.Length ? x.Length.CompareTo(y.Length) : string.CompareOrdinal(x, y);
    }
}
