using KafkaBackup.Shared.Ledger.Repair;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Ledger;

/// <summary>Deletes what nothing can ever name again. Only for the current writer, and never the only copy of a record.</summary>
/// <remarks>
/// <para>A part, coverage or topics object of the writer's own epoch or an older one that its head does not name cannot come back: whoever would
/// name it needs to swap a head that is no more. A segment that no entry names and whose epoch is older than the one before the
/// writer's cannot be committed any more: <see cref="CommitBatch"/> refuses it. Objects whose names carry no epoch are not ours.</para>
/// <para>That they cannot be named does not prove that they never were: the ledger may have been lost, and an older one, or none, be what
/// this writer goes on from. So nothing goes whose epoch <see cref="Head.UnsweptThrough"/> holds, and no segment with an offset for which no
/// named segment answers: a crash leaves such ones, too, and the run after it stores their records again, unless the source has lost them.</para>
/// <para>Listing all segments costs as much as there are, so that is done only after an epoch that ended unclean, or while something is held.</para>
/// </remarks>
public static class LedgerSweeper
{
    /// <summary>Sweeps without an order: nothing that may be the only copy of a record goes.</summary>
    public static Task<SweepResult> SweepAsync(IObjectStore store, LedgerWriter writer, CancellationToken cancellation) =>
        SweepAsync(store, writer, isOrdered: false, cancellation);

    /// <summary>Sweeps.</summary>
    /// <param name="store">The store.</param>
    /// <param name="writer">The current writer.</param>
    /// <param name="isOrdered">Whether the operator ordered that what nothing names goes, whatever it holds.</param>
    /// <param name="cancellation">Stops between two deletions.</param>
    public static async Task<SweepResult> SweepAsync(IObjectStore store, LedgerWriter writer, bool isOrdered, CancellationToken cancellation)
    {
        if (!writer.IsCurrentWriter)
        {
            throw new InvalidOperationException("Only the current writer may delete.");
        }

        var (backup, head) = (writer.Backup, writer.Ledger.Head);
        var held = isOrdered ? null : head.UnsweptThrough;
        var (deleted, kept) = (new List<string>(), new List<string>());
        var named = head.Parts.Select(part => part.Key).Append(head.Topics ?? "").Append(head.Coverage?.Key ?? "").ToHashSet(StringComparer.Ordinal);
        foreach (var prefix in new[] { BackupKeys.PartsPrefix(backup), BackupKeys.TopicsPrefix(backup), BackupKeys.CoveragePrefix(backup) })
        {
            await SweepPrefixAsync(prefix, key => BackupKeys.EpochOf(key) <= head.Epoch && !named.Contains(key), _ => Task.FromResult(true));
        }

        if (isOrdered || head.UnsweptThrough is not null || head.UncleanSince < head.Epoch - 1)
        {
            var (segments, covered) = (new HashSet<string>(StringComparer.Ordinal), new SegmentCoverage());
            foreach (var entry in await writer.OpenEntriesAsync(cancellation))
            {
                covered.Add(entry);
                if (entry.Segment is { } segment)
                {
                    segments.Add(segment.Key);
                }
            }

            await SweepPrefixAsync(
                BackupKeys.SegmentsPrefix(backup), key => BackupKeys.EpochOf(key) < head.Epoch - 1 && !segments.Contains(key),
                async key => isOrdered || await covered.CoversAsync(store, backup, key, cancellation));
            var isHeld = kept.Exists(key => BackupKeys.EpochOf(key) <= held);
            long? unclean = kept.Count > 0 ? kept.Min(key => BackupKeys.EpochOf(key)) : writer.PredecessorWasUnclean ? head.Epoch - 1 : null;
            await writer.MarkAsync(h => h with { UncleanSince = unclean, UnsweptThrough = isHeld ? held : null }, cancellation);
        }

        return new SweepResult(deleted, kept);

        async Task SweepPrefixAsync(string prefix, Func<string, bool> isUnnamed, Func<string, Task<bool>> holdsNothingOfItsOwn)
        {
            var unnamed = new List<string>();
            await foreach (var found in store.ListAsync(prefix, cancellation))
            {
                if (isUnnamed(found.Key))
                {
                    unnamed.Add(found.Key);
                }
            }

            foreach (var key in unnamed)
            {
                if (BackupKeys.EpochOf(key) <= held || !await holdsNothingOfItsOwn(key))
                {
                    kept.Add(key);
                    continue;
                }

                await store.DeleteAsync(key, cancellation);
                deleted.Add(key);
            }
        }
    }
}
