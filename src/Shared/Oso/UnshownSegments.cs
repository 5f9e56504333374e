using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Oso;

/// <summary>Looks for the objects of segments that the ledger names and the manifest does not, before the manifest names them (again).</summary>
internal sealed class UnshownSegments(IObjectStore store)
{
    /// <summary>How many objects are asked for one by one; for more, all segments are listed.</summary>
    private const int MaxSingle = 100;

    /// <summary>Finds the segments that the manifest is to name newly. Those that this writer itself just committed need no look.</summary>
    /// <returns>How many of the others are there, and those that are not, by key.</returns>
    /// <exception cref="StorageException">The store failed, so that nothing is known.</exception>
    public async Task<(int There, IReadOnlyDictionary<string, SegmentInfo> Missing)> FindAsync(
        LedgerWriter writer, LedgerSnapshot ledger, BackupManifest? existing, CancellationToken cancellation)
    {
        var shown = (existing?.Topics ?? []).SelectMany(topic => topic.Partitions).SelectMany(partition => partition.Segments)
            .Select(segment => segment.Key).ToHashSet(StringComparer.Ordinal);
        var unshown = ledger.Entries.Select(entry => entry.Segment).OfType<SegmentInfo>()
            .Where(segment => !shown.Contains(segment.Key) && !writer.NotShown.Contains(segment.Key))
            .DistinctBy(segment => segment.Key).ToDictionary(segment => segment.Key, StringComparer.Ordinal);
        var all = unshown.Count;
        var prefix = BackupKeys.SegmentsPrefix(writer.Backup);
        if (all > MaxSingle)
        {
            await foreach (var found in store.ListAsync(prefix, cancellation))
            {
                unshown.Remove(found.Key);
            }
        }

        // What a listing does not show is asked for by name: it may lie elsewhere, and a wrong word here hides records.
        foreach (var key in unshown.Keys.ToList())
        {
            if (await store.HeadAsync(key, cancellation) is not null)
            {
                unshown.Remove(key);
            }
        }

        return (all - unshown.Count, unshown);
    }
}
