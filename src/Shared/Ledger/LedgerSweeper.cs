using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Ledger;

/// <summary>Deletes what nothing can ever name again. Only for the current writer, and never anything it is not sure of.</summary>
/// <remarks>
/// <para>A part or topics object of the writer's own epoch or an older one that its head does not name cannot come back: whoever would
/// name it needs to swap a head that is no more. A segment that no entry names and whose epoch is older than the one before the
/// writer's cannot be committed any more: <see cref="CommitBatch"/> refuses it. Objects whose names carry no epoch are not ours.</para>
/// <para>Listing all segments costs as much as there are, so that is done only after an epoch that ended unclean.</para>
/// </remarks>
public static class LedgerSweeper
{
    /// <summary>Sweeps, and returns the keys that were deleted.</summary>
    /// <param name="store">The store.</param>
    /// <param name="writer">The current writer.</param>
    /// <param name="cancellation">Stops between two deletions.</param>
    public static async Task<IReadOnlyList<string>> SweepAsync(IObjectStore store, LedgerWriter writer, CancellationToken cancellation)
    {
        if (!writer.IsCurrentWriter)
        {
            throw new InvalidOperationException("Only the current writer may delete.");
        }

        var (backup, head) = (writer.Backup, writer.Ledger.Head);
        var named = head.Parts.Select(part => part.Key).Append(head.Topics ?? "").ToHashSet(StringComparer.Ordinal);
        var deleted = new List<string>();
        foreach (var prefix in new[] { BackupKeys.PartsPrefix(backup), BackupKeys.TopicsPrefix(backup) })
        {
            await DeleteAsync(prefix, key => BackupKeys.EpochOf(key) <= head.Epoch && !named.Contains(key));
        }

        if (head.UncleanSince < head.Epoch - 1)
        {
            var segments = writer.Ledger.Entries.Where(entry => entry.Segment is not null).Select(entry => entry.Segment!.Key).ToHashSet(StringComparer.Ordinal);
            await DeleteAsync(BackupKeys.SegmentsPrefix(backup), key => BackupKeys.EpochOf(key) < head.Epoch - 1 && !segments.Contains(key));
            await writer.MarkAsync(h => h with { UncleanSince = writer.PredecessorWasUnclean ? h.Epoch - 1 : null }, cancellation);
        }

        return deleted;

        async Task DeleteAsync(string prefix, Func<string, bool> canNeverBeNamed)
        {
            var doomed = new List<string>();
            await foreach (var found in store.ListAsync(prefix, cancellation))
            {
                if (canNeverBeNamed(found.Key))
                {
                    doomed.Add(found.Key);
                }
            }

            foreach (var key in doomed)
            {
                await store.DeleteAsync(key, cancellation);
                deleted.Add(key);
            }
        }
    }
}
