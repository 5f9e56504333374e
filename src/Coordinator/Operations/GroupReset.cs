using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.OffsetSnapshots;
using KafkaBackup.Shared.Operations;

namespace KafkaBackup.Coordinator.Operations;

/// <summary>Sets consumer groups to other offsets, and keeps those of before.</summary>
/// <param name="ports">The cluster, and where a backup lies.</param>
/// <param name="snapshots">Where the offsets of before are kept.</param>
/// <param name="clock">The time.</param>
internal sealed class GroupReset(OperationPorts ports, OffsetSnapshotStore snapshots, TimeProvider clock)
{
    private readonly ITopicCatalog _catalog = ports.Catalog!;
    private readonly IGroupWriter _writer = ports.Groups!;

    /// <summary>Does it, or tells what would be done.</summary>
    /// <exception cref="BackupException">The cluster cannot be asked, or what is wanted cannot be. That one group cannot be set the report tells.</exception>
    public async Task<GroupsReport> ExecuteAsync(OffsetResetConfiguration reset, CancellationToken cancellation)
    {
        _ = await _catalog.GetClusterIdAsync(cancellation); // A cluster that is away is no fault of each of its groups.
        var (plan, problems) = await PlanAsync(reset, cancellation);
        if (reset.IsDryRun)
        {
            return GroupsReport.Of([.. plan.Select(OutcomeOf), .. problems]);
        }

        var kept = reset.SnapshotId is null ? null : await KeepAsync(reset, [.. plan.Where(group => group.Problem is null)], cancellation);
        if (kept is not null)
        {
            problems = [.. problems, .. plan.Where(group => group.Problem is null && !kept.GroupOffsets.ContainsKey(group.Group)).Select(group => new GroupOutcome(
                group.Group, 0, $"Snapshot {kept.SnapshotId} was taken by an attempt before, which could not read this group: it is not set, as nobody could bring back where it stands. Reset it by another object."))];
            plan = [.. plan.Where(group => group.Problem is not null || kept.GroupOffsets.ContainsKey(group.Group))];
        }

        IReadOnlyList<GroupOutcome> outcomes = reset.ContinuesOnError || (problems.Count == 0 && plan.All(group => group.Problem is null))
            ? await SetAsync(reset, plan, cancellation)
            : [.. plan.Select(group => OutcomeOf(group) is { Problem: null } fine ? fine with { Partitions = 0, Problem = "It was not tried, as another group cannot be set." } : OutcomeOf(group))];
        return GroupsReport.Of([.. outcomes, .. problems]) with { SnapshotId = kept?.SnapshotId, SnapshotPath = kept is null ? null : snapshots.AddressOf(kept) };
    }

    private static GroupOutcome OutcomeOf(GroupComparison group) => new(group.Group, group.Problem is null ? group.Changed.Count : 0, group.Problem is { } unread ? $"Nobody can tell where it stands: {unread}." : null);

    /// <summary>Where the groups belong; and what is known of those for which that cannot be told.</summary>
    private async Task<(IReadOnlyList<GroupComparison> Plan, IReadOnlyList<GroupOutcome> Problems)> PlanAsync(OffsetResetConfiguration reset, CancellationToken cancellation)
    {
        if (reset.Strategy == ResetStrategy.FromMapping)
        {
            var mapped = await new OffsetReset(ports.Store!, _catalog).PlanAsync(reset.BackupId!.Value, reset.RestoreId, reset.Groups, cancellation);
            var limited = mapped.Groups.Select(group => Limited(group, reset.Topics)).ToLookup(group => group.Problem is null && group.Then.Count == 0);
            return ([.. limited[false]], [.. limited[true].Select(group => new GroupOutcome(group.Group, 0, $"Consumer group '{group.Group}' stands in none of the topics that are named, as far as they were restored."))]);
        }

        var now = await _catalog.GetGroupOffsetsAsync(reset.Groups, cancellation);
        var named = await FindNamedAsync(reset.Topics, cancellation);
        var wanted = now.ToDictionary(group => group.Group, group => named ?? [.. group.Offsets.Keys], StringComparer.Ordinal);
        var places = await FindPlacesAsync(reset, [.. wanted.Values.SelectMany(partitions => partitions).Distinct()], cancellation);
        var (plan, problems) = (new List<GroupComparison>(), new List<GroupOutcome>());
        foreach (var group in now)
        {
            if (group.Problem is null && wanted[group.Group].Count == 0)
            {
                problems.Add(new GroupOutcome(group.Group, 0, $"Consumer group '{group.Group}' has committed nothing, or is not there: there is nothing to reset. Name topics in which it is to stand, or correct its name."));
            }
            else if (group.Problem is null && wanted[group.Group].Select(partition => places[partition].Problem).FirstOrDefault(problem => problem is not null) is { } problem)
            {
                problems.Add(new GroupOutcome(group.Group, 0, problem));
            }
            else
            {
                var target = wanted[group.Group].ToDictionary(partition => partition, partition => new CommittedOffset(places[partition].Offset));
                plan.Add(GroupComparison.Of(OffsetSnapshot.Of(new GroupOffsets(group.Group, target, null)), group));
            }
        }

        return (plan, problems);
    }

    private static GroupComparison Limited(GroupComparison group, IReadOnlyList<string> topics) => topics.Count == 0 ? group : group with
    {
        Then = group.Then.Where(place => topics.Contains(place.Key.Topic)).ToDictionary(),
        Changed = [.. group.Changed.Where(place => topics.Contains(place.Partition.Topic))],
    };

    /// <summary>All partitions of the topics that are named; null: none is.</summary>
    private async Task<List<PartitionId>?> FindNamedAsync(IReadOnlyList<string> topics, CancellationToken cancellation)
    {
        if (topics.Count == 0)
        {
            return null;
        }

        var filter = new TopicFilter(new TopicsSection { Include = topics }, new BackupSection { IncludesInternalTopics = true }) { DemandsLiterals = false };
        var found = (await _catalog.GetTopicsAsync(filter, cancellation)).Where(topic => topics.Contains(topic.Name)).ToList();
        if (topics.FirstOrDefault(name => found.All(topic => topic.Name != name)) is { } absent)
        {
            throw new BackupException(FailureKind.Configuration, $"There is no topic '{absent}', or the user may not see it. Nothing was set. Correct topics.");
        }

        return [.. found.SelectMany(topic => Enumerable.Range(0, topic.Partitions).Select(number => new PartitionId(topic.Name, number)))];
    }

    private async Task<IReadOnlyDictionary<PartitionId, (long Offset, string? Problem)>> FindPlacesAsync(OffsetResetConfiguration reset, IReadOnlyList<PartitionId> partitions, CancellationToken cancellation)
    {
        var bounds = await _catalog.GetBoundsAsync(partitions, LogEnd.HighWatermark, cancellation);
        var times = reset.Strategy == ResetStrategy.ToTimestamp
            ? await _catalog.FindOffsetsAsync(partitions.Where(partition => bounds[partition].Problem is null).ToDictionary(partition => partition, _ => reset.At), cancellation)
            : new Dictionary<PartitionId, long>();
        return partitions.ToDictionary(partition => partition, partition => bounds[partition] is { Problem: { } problem } ? (0L, problem.Message) : (reset.Strategy switch
        {
            ResetStrategy.ToEarliest => bounds[partition].LogStartOffset,
            ResetStrategy.ToTimestamp => times.TryGetValue(partition, out var found) ? found : bounds[partition].HighWatermark,
            ResetStrategy.ToOffset => Math.Clamp(reset.At, bounds[partition].LogStartOffset, bounds[partition].HighWatermark),
            _ => bounds[partition].HighWatermark,
        }, default(string)));
    }

    /// <summary>Keeps what the groups have committed now. What an earlier attempt of the same reset kept stays: it is what was before.</summary>
    private async Task<OffsetSnapshot?> KeepAsync(OffsetResetConfiguration reset, IReadOnlyList<GroupComparison> groups, CancellationToken cancellation)
    {
        if (groups.Count == 0)
        {
            return null;
        }

        var now = await _catalog.GetGroupOffsetsAsync([.. groups.Select(group => group.Group)], cancellation);
        if (now.FirstOrDefault(group => group.Problem is not null) is { } unread)
        {
            throw new BackupException(FailureKind.Source, $"Nothing was set, as the offsets of before cannot be kept: {unread.Problem}.") { IsRetryable = true };
        }

        return await snapshots.KeepAsync(new OffsetSnapshot
        {
            SnapshotId = reset.SnapshotId!,
            CreatedAt = clock.GetUtcNow(),
            ClusterId = await _catalog.GetClusterIdAsync(cancellation),
            BootstrapServers = reset.Target!.BootstrapServers,
            Description = "Before an offset reset",
            GroupOffsets = new SortedDictionary<string, OffsetSnapshot.Group>(now.ToDictionary(group => group.Group, OffsetSnapshot.Of), StringComparer.Ordinal),
        }, cancellation);
    }

    /// <summary>Sets so many at a time as the definition says; unless it says to go on, none behind one that could not be.</summary>
    private async Task<IReadOnlyList<GroupOutcome>> SetAsync(OffsetResetConfiguration reset, IReadOnlyList<GroupComparison> plan, CancellationToken cancellation)
    {
        var outcomes = new List<GroupOutcome>();
        foreach (var batch in plan.Chunk(reset.MaxConcurrent))
        {
            if (!reset.ContinuesOnError && outcomes.Any(outcome => outcome.Problem is not null))
            {
                outcomes.AddRange(batch.Select(group => new GroupOutcome(group.Group, 0, "It was not tried, as another group could not be set.")));
                continue;
            }

            var results = await OffsetRollback.SetAsync(batch, _writer, _ => { }, cancellation, reset.MaxConcurrent);
            if (results.Any(result => result.WasStopped))
            {
                throw new OperationCanceledException(cancellation);
            }

            outcomes.AddRange(results.Select(result => new GroupOutcome(result.Group.Group, result.Problem is null ? result.Group.Changed.Count : 0, result.Problem)));
        }

        return outcomes;
    }
}
