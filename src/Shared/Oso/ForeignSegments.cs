using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Oso;

/// <summary>Compares what another program's manifest says of its segments with the objects themselves, before any of it is taken over.</summary>
/// <remarks>OSO's tool overwrites objects whose entries it keeps, and may lose objects that its manifest names. What is not there is not
/// backed up: left out of the ledger, it is read again from the source as long as that has it.</remarks>
internal sealed class ForeignSegments(IObjectStore store)
{
    /// <summary>Puts the manifest right where the objects contradict it.</summary>
    /// <param name="manifest">The manifest as found.</param>
    /// <param name="backup">The backup.</param>
    /// <param name="known">The keys of our own segments, which need no look.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The manifest without segments that are missing or damaged, with true numbers for those that were overwritten; and a sentence for each.</returns>
    /// <exception cref="StorageException">The store failed.</exception>
    public async Task<(BackupManifest Manifest, IReadOnlyList<string> Problems)> CheckAsync(
        BackupManifest manifest, BackupId backup, IReadOnlySet<string> known, CancellationToken cancellation)
    {
        var foreign = manifest.Topics.SelectMany(topic => topic.Partitions).SelectMany(partition => partition.Segments)
            .Where(segment => !known.Contains(segment.Key)).DistinctBy(segment => segment.Key).ToDictionary(segment => segment.Key, StringComparer.Ordinal);
        if (foreign.Count == 0)
        {
            return (manifest, []);
        }

        var sizes = await SizesAsync(foreign, backup, cancellation);
        var problems = new List<string>();
        var verdicts = new Dictionary<string, ManifestSegment?>(StringComparer.Ordinal);
        foreach (var segment in foreign.Values.OrderBy(segment => segment.Key, StringComparer.Ordinal))
        {
            var size = sizes.GetValueOrDefault(segment.Key);
            if (size is null)
            {
                problems.Add($"{segment.Key}, which manifest.json names for offsets {segment.StartOffset} to {segment.EndOffset}, is missing in {store.Name}: {Consequence}");
                verdicts[segment.Key] = null;
            }
            else if (segment.CompressedSize > 0 && segment.CompressedSize != size)
            {
                verdicts[segment.Key] = await DiscoverAsync(segment, problems, cancellation);
            }
        }

        return (verdicts.Count == 0 ? manifest : Corrected(manifest, verdicts), problems);
    }

    private const string Consequence = "these offsets count as not backed up, and are read again if the source still has them.";

    /// <summary>The sizes of those that are there. One listing for all, as there may be very many; a key that lies elsewhere is asked for by itself.</summary>
    private async Task<Dictionary<string, long?>> SizesAsync(Dictionary<string, ManifestSegment> foreign, BackupId backup, CancellationToken cancellation)
    {
        var prefix = BackupKeys.SegmentsPrefix(backup);
        var sizes = new Dictionary<string, long?>(StringComparer.Ordinal);
        await foreach (var listed in store.ListAsync(prefix, cancellation))
        {
            if (foreign.ContainsKey(listed.Key))
            {
                sizes[listed.Key] = listed.Size;
            }
        }

        foreach (var key in foreign.Keys.Where(key => !key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            sizes[key] = (await store.HeadAsync(key, cancellation))?.Size;
        }

        return sizes;
    }

    /// <summary>An object of another size than the manifest says: overwritten with something sound, or damaged.</summary>
    private async Task<ManifestSegment?> DiscoverAsync(ManifestSegment segment, List<string> problems, CancellationToken cancellation)
    {
        var stored = await store.GetAsync(segment.Key, cancellation);
        try
        {
            if (stored is not null && SegmentInspector.Inspect(stored.Content, segment.Key) is { } info)
            {
                problems.Add($"{segment.Key} was overwritten: manifest.json says offsets {segment.StartOffset} to {segment.EndOffset}, the object holds "
                    + $"{info.RecordCount} records, {info.StartOffset} to {info.EndOffset}. The object counts.");
                return segment with
                {
                    StartOffset = info.StartOffset,
                    EndOffset = info.EndOffset,
                    StartTimestamp = info.MinTimestamp,
                    EndTimestamp = info.MaxTimestamp,
                    RecordCount = info.RecordCount,
                    UncompressedSize = info.UncompressedSize,
                    CompressedSize = info.CompressedSize,
                    Sha256 = null,
                    UploadedAt = null,
                };
            }

            problems.Add($"{segment.Key} holds no record: {Consequence}");
        }
        catch (StorageException e) when (!e.IsRetryable)
        {
            problems.Add($"{e.Message} It was not taken over: {Consequence}");
        }

        return null;
    }

    private static BackupManifest Corrected(BackupManifest manifest, Dictionary<string, ManifestSegment?> verdicts) => manifest with
    {
        Topics = [.. manifest.Topics.Select(topic => topic with
        {
            Partitions = [.. topic.Partitions.Select(partition => partition with
            {
                Segments = [.. partition.Segments.Select(segment => verdicts.TryGetValue(segment.Key, out var verdict) ? verdict : segment).OfType<ManifestSegment>()],
            })],
        })],
    };
}
