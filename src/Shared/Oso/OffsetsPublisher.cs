using System.Buffers;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Oso;

/// <summary>Keeps <c>offsets.db</c>, local and remote, in step with the ledger, and tells the user how they compared.</summary>
/// <remarks>The ledger decides where a run starts. The databases are what users look at, and what OSO's tool would go on from.</remarks>
public sealed class OffsetsPublisher(string localPath, TimeProvider clock)
{
    private bool _isLocalCurrent;
    private bool _isRemoteCurrent;

    /// <summary>What was written last says that the job is running: the end of the run has to correct that, even without news.</summary>
    private bool _localSaysRunning;
    private bool _remoteSaysRunning;

    /// <summary>Something was committed that neither shows.</summary>
    public void Outdate() => (_isLocalCurrent, _isRemoteCurrent) = (false, false);

    /// <summary>Reads both databases and compares them with the ledger.</summary>
    public async Task<OffsetsReport> CompareAsync(IObjectStore store, LedgerOutline ledger, BackupId backup, CancellationToken cancellation)
    {
        var expected = LastOffsets(ledger);
        var warnings = new List<string>();
        var key = BackupKeys.Offsets(backup);
        var stored = await store.GetAsync(key, cancellation);
        string? problem = null;
        var remote = stored is null ? null : OffsetDatabase.TryRead(stored.Content.Span, backup, out problem);
        Warn(problem, $"{key}");
        var local = OffsetDatabase.TryRead(localPath, backup, out problem);
        Warn(problem, localPath);

        _isRemoteCurrent = remote is not null && IsSame(remote, expected);
        _isLocalCurrent = local is not null && IsSame(local, expected);
        var lagging = new List<(string Place, IReadOnlyList<PartitionId> Partitions)>();
        Compare(localPath, local);
        Compare($"{store.Name}/{key}", remote);
        return new OffsetsReport(remote is { Count: > 0 }, local is { Count: > 0 }, warnings) { Lag = Lag(lagging) };

        void Compare(string place, IReadOnlyDictionary<PartitionId, long>? found)
        {
            if (found is not { Count: > 0 })
            {
                return;
            }

            var (older, newer) = Difference(found, expected);
            if (newer.Count > 0)
            {
                var also = older.Count > 0 ? $"is behind for {Some(older)} and ahead for {Some(newer)}" : $"claims more than is committed for {Some(newer)}";
                warnings.Add($"{place} {also}. {Corrected("it")}");
            }
            else if (older.Count > 0)
            {
                lagging.Add((place, older));
            }
        }

        void Warn(string? what, string place)
        {
            if (what is not null)
            {
                warnings.Add($"{what.TrimEnd('.')}. It is not needed: the positions come from the ledger, and {place} is written anew at the end of the run.");
            }
        }
    }

    /// <summary>Writes the local database when it does not show the ledger's positions.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="backup">The backup.</param>
    /// <param name="isCompleted">Whether the run is over: OSO's job status <c>completed</c>, else <c>running</c>.</param>
    /// <exception cref="StorageException">It cannot be written; it is as it was.</exception>
    public void SyncLocal(LedgerOutline ledger, BackupId backup, bool isCompleted)
    {
        var offsets = LastOffsets(ledger);
        if ((_isLocalCurrent || offsets.Count == 0) && !(isCompleted && _localSaysRunning))
        {
            return;
        }

        OffsetDatabase.WriteFile(localPath, backup, ledger.Head.SourceClusterId, offsets, Status(isCompleted), clock.GetUtcNow());
        (_isLocalCurrent, _localSaysRunning) = (true, !isCompleted);
    }

    /// <summary>As <see cref="SyncLocal"/>, for the database in <paramref name="store"/>.</summary>
    /// <returns>Whether it was written.</returns>
    public async Task<bool> SyncRemoteAsync(IObjectStore store, LedgerOutline ledger, BackupId backup, bool isCompleted, CancellationToken cancellation)
    {
        var offsets = LastOffsets(ledger);
        if ((_isRemoteCurrent || offsets.Count == 0) && !(isCompleted && _remoteSaysRunning))
        {
            return false;
        }

        var image = OffsetDatabase.Create(backup, ledger.Head.SourceClusterId, offsets, Status(isCompleted), clock.GetUtcNow());
        await store.PutAsync(BackupKeys.Offsets(backup), new ReadOnlySequence<byte>(image), PutCondition.Overwrite, cancellation);
        (_isRemoteCurrent, _remoteSaysRunning) = (true, !isCompleted);
        return true;
    }

    private static BackupJobStatus Status(bool isCompleted) => isCompleted ? BackupJobStatus.Completed : BackupJobStatus.Running;

    private static Dictionary<PartitionId, long> LastOffsets(LedgerOutline ledger) =>
        ledger.Partitions.ToDictionary(partition => partition.Key, partition => partition.Value.Coverage.Position!.Value - 1);

    private static bool IsSame(IReadOnlyDictionary<PartitionId, long> found, Dictionary<PartitionId, long> expected) =>
        found.Count == expected.Count && expected.All(offset => found.TryGetValue(offset.Key, out var there) && there == offset.Value);

    private static (List<PartitionId> Older, List<PartitionId> Newer) Difference(
        IReadOnlyDictionary<PartitionId, long> found, Dictionary<PartitionId, long> expected) => (
        expected.Where(offset => found.GetValueOrDefault(offset.Key, -1) < offset.Value).Select(offset => offset.Key).Order().ToList(),
        found.Where(offset => offset.Value > expected.GetValueOrDefault(offset.Key, -1)).Select(offset => offset.Key).Order().ToList());

    private static string? Lag(List<(string Place, IReadOnlyList<PartitionId> Partitions)> lagging)
    {
        if (lagging.Count == 0)
        {
            return null;
        }

        var places = string.Join(" and ", lagging.Select(found => found.Place));
        var partitions = lagging.SelectMany(found => found.Partitions).Distinct().Order().ToList();
        return lagging.Count == 1
            ? $"{places} is behind what is committed for {Some(partitions)}. {Corrected("it")}"
            : $"{places} are behind what is committed for {Some(partitions)}. {Corrected("them")}";
    }

    private static string Corrected(string them) => $"The run goes on from what is committed, and corrects {them}: nothing is skipped or stored twice.";

    private static string Some(List<PartitionId> partitions) =>
        string.Join(", ", partitions.Take(3)) + (partitions.Count - 3 is > 0 and var more ? $" and {more} more" : "");
}
