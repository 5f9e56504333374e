using KafkaBackup.Shared;
using KafkaBackup.Shared.OffsetSnapshots;
using KafkaBackup.Shared.Operations;

namespace KafkaBackup.Coordinator.Operations;

/// <summary>Sets consumer groups back to a snapshot.</summary>
/// <param name="ports">The cluster.</param>
/// <param name="snapshots">Where the snapshot lies.</param>
internal sealed class SnapshotRollback(OperationPorts ports, OffsetSnapshotStore snapshots)
{
    /// <summary>Does it, or tells what would be done.</summary>
    /// <exception cref="BackupException">The cluster cannot be asked, or the snapshot is of another one. That one group cannot be set the report tells.</exception>
    public async Task<GroupsReport> ExecuteAsync(OffsetRollbackConfiguration rollback, CancellationToken cancellation)
    {
        var id = OffsetSnapshotId.TryParse(rollback.SnapshotId) ?? throw new BackupException(FailureKind.Configuration, $"'{rollback.SnapshotId}' is no snapshot id.");
        var snapshot = await snapshots.ReadAsync(id, cancellation);
        var wanted = rollback.Groups.Count == 0 ? null : rollback.Groups;
        var compared = await new OffsetRollback(ports.Catalog!).CompareAsync(snapshot, wanted, cancellation);
        if (rollback.IsDryRun)
        {
            return Told([.. compared.Select(group => new GroupOutcome(group.Group, group.Changed.Count, group.Problem is { } unread ? $"Nobody can tell where it stands: {unread}." : null))]);
        }

        var results = await OffsetRollback.SetAsync(compared, ports.Groups!, _ => { }, cancellation);
        if (results.Any(result => result.WasStopped))
        {
            throw new OperationCanceledException(cancellation);
        }

        var report = Told([.. results.Select(result => new GroupOutcome(result.Group.Group, result.Problem is null ? result.Group.Changed.Count : 0, result.Problem))]);
        if (!rollback.Verifies)
        {
            return report;
        }

        try
        {
            var after = await new OffsetRollback(ports.Catalog!).CompareAsync(snapshot, wanted, cancellation);
            var elsewhere = after.Where(group => group.Problem is not null || group.Changed.Count > 0).Select(group => group.Group).ToList();
            return report with { Matched = after.Count - elsewhere.Count, Mismatched = [.. elsewhere.Take(GroupsReport.MostTold)] };
        }
        catch (BackupException e)
        {
            return report with { Unread = e.Message }; // Set they are: nobody should set them once more, when their consumers have gone on.
        }

        GroupsReport Told(IReadOnlyCollection<GroupOutcome> groups) => GroupsReport.Of(groups) with { SnapshotId = snapshot.SnapshotId, SnapshotPath = snapshots.AddressOf(snapshot) };
    }
}
