using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Ledger.Repair;

/// <summary>Tells from the names in the store whether the head at hand is the newest there ever was.</summary>
/// <remarks>
/// A part or topics object is named after the epoch of its writer and the number of the swap that is to name it. So under an intact history
/// no name carries an epoch above the head's, nor, under the head's own epoch, a number far above its <see cref="Head.Seq"/>. Where one
/// does, an older version of the head was put back; where there is no head, the ledger was lost. What these names belong to may have been
/// committed, though the head at hand does not know of it.
/// </remarks>
internal static class LostHistory
{
    /// <summary>How far numbers may run ahead of the head: each try of a swap that failed may have left an object behind.</summary>
    private const long MaxAhead = 1_000;

    /// <summary>Epochs in names have at most ten digits; a longer number is not of our making.</summary>
    private const long MaxEpoch = 9_999_999_999;

    /// <summary>Searches for traces of a history that <paramref name="head"/> does not know. Two short listings, and one of all segments
    /// when there is no head or there are traces.</summary>
    /// <returns>The highest epoch in any name; null when there are no such traces.</returns>
    public static async Task<long?> LostThroughAsync(IObjectStore store, BackupId backup, Head head, CancellationToken cancellation)
    {
        var isLost = false;
        var highest = head.Epoch;
        foreach (var prefix in new[] { BackupKeys.PartsPrefix(backup), BackupKeys.TopicsPrefix(backup) })
        {
            await foreach (var found in store.ListAsync(prefix, cancellation))
            {
                isLost |= IsAhead(found.Key, head);
                highest = Math.Max(highest, EpochOf(found.Key) ?? 0);
            }
        }

        if (!isLost && head.Epoch > 0)
        {
            return null;
        }

        await foreach (var found in store.ListAsync(BackupKeys.SegmentsPrefix(backup), cancellation))
        {
            highest = Math.Max(highest, EpochOf(found.Key) ?? 0);
        }

        return isLost || highest > head.Epoch ? highest : null;
    }

    /// <summary>Whether the object of this name was written after <paramref name="head"/>, and not just before a swap that failed.</summary>
    public static bool IsAhead(string key, Head head) => EpochOf(key) is { } epoch
        && (epoch > head.Epoch || (epoch == head.Epoch && BackupKeys.SequenceOf(key) > head.Seq + MaxAhead));

    /// <summary>The epoch in a name, as far as it can be one.</summary>
    public static long? EpochOf(string key) => BackupKeys.EpochOf(key) is { } epoch and <= MaxEpoch ? epoch : null;
}
