using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Oso;

/// <summary>Looks for the objects of segments that the ledger names and the manifest does not, before the manifest names them (again). For one rendering.</summary>
internal sealed class UnshownSegments(IObjectStore store, LedgerWriter writer)
{
    private readonly Dictionary<string, SegmentInfo> _missing = new(StringComparer.Ordinal);

    /// <summary>How many objects are still asked for one by one; for more, all segments of their topic are listed.</summary>
    private int _singlesLeft = 100;

    /// <summary>How many there are that the manifest did not name, without those that the writer itself just committed.</summary>
    public int There { get; private set; }

    /// <summary>Those that are not there, by key.</summary>
    public IReadOnlyDictionary<string, SegmentInfo> Missing => _missing;

    /// <summary>Looks for those of a topic. Those that the writer itself just committed need no look.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="entries">Its entries.</param>
    /// <param name="existing">What the manifest says of it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StorageException">The store failed, so that nothing is known.</exception>
    public async Task LookAsync(string topic, IReadOnlyList<LedgerEntry> entries, IReadOnlyList<ManifestTopic> existing, CancellationToken cancellation)
    {
        var shown = existing.SelectMany(one => one.Partitions).SelectMany(partition => partition.Segments).Select(segment => segment.Key).ToHashSet(StringComparer.Ordinal);
        var unshown = entries.Select(entry => entry.Segment).OfType<SegmentInfo>()
            .Where(segment => !shown.Contains(segment.Key) && !writer.NotShown.Contains(segment.Key))
            .DistinctBy(segment => segment.Key).ToDictionary(segment => segment.Key, StringComparer.Ordinal);
        var all = unshown.Count;
        if (all > _singlesLeft)
        {
            await foreach (var found in store.ListAsync($"{BackupKeys.SegmentsPrefix(writer.Backup)}{topic}/", cancellation))
            {
                unshown.Remove(found.Key);
            }
        }
        else
        {
            _singlesLeft -= all;
        }

        // What a listing does not show is asked for by name: it may lie elsewhere, and a wrong word here hides records.
        foreach (var (key, segment) in unshown)
        {
            if (await store.HeadAsync(key, cancellation) is null)
            {
                _missing.Add(key, segment);
                all--;
            }
        }

        There += all;
    }
}
