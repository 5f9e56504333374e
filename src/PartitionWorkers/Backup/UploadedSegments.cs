using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.PartitionWorkers.Backup;

/// <summary>Tells which segments that an earlier life of a worker had stored are still there to be committed.</summary>
/// <remarks>A ledger that knows nothing of a sweep or of an operator's deletion would take the word of a journal for an object that is gone.</remarks>
internal static class UploadedSegments
{
    /// <summary>Those whose object is in the store with the size that was journaled.</summary>
    /// <exception cref="StorageException">The store failed.</exception>
    public static async Task<IReadOnlyList<SegmentUploaded>> FindSoundAsync(
        IObjectStore store, IReadOnlyList<SegmentUploaded> uploaded, CancellationToken cancellation)
    {
        var sound = new List<SegmentUploaded>();
        foreach (var segment in uploaded)
        {
            if (segment.Entry.Segment is { } info && (await store.HeadAsync(info.Key, cancellation))?.Size == info.CompressedSize)
            {
                sound.Add(segment);
            }
        }

        return sound;
    }
}
