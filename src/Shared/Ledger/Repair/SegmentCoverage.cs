using System.Runtime.InteropServices;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Ledger.Repair;

/// <summary>The offsets for which a ledger names a segment. What only a gap, or nothing, answers for is not in it.</summary>
internal sealed class SegmentCoverage
{
    private readonly Dictionary<PartitionId, List<OffsetRange>> _ranges = [];

    /// <summary>Takes in an entry; of a partition they come in order of their base.</summary>
    public void Add(LedgerEntry entry)
    {
        if (entry.Segment is null)
        {
            return;
        }

        var ranges = CollectionsMarshal.GetValueRefOrAddDefault(_ranges, entry.Partition, out _) ??= [];
        if (ranges.Count > 0 && ranges[^1].Next == entry.Range.Base)
        {
            ranges[^1] = new OffsetRange(ranges[^1].Base, entry.Range.Next);
        }
        else
        {
            ranges.Add(entry.Range);
        }
    }

    /// <summary>Whether named segments answer for every offset of <paramref name="range"/>.</summary>
    public bool Covers(PartitionId partition, OffsetRange range) => !OffsetRanges.Outside(range, _ranges.GetValueOrDefault(partition) ?? []).Any();

    /// <summary>Whether named segments answer for every offset that an object holds which no entry names: then it holds nothing of its own.</summary>
    /// <exception cref="StorageException">The store failed.</exception>
    public async Task<bool> CoversAsync(IObjectStore store, BackupId backup, string key, CancellationToken cancellation) =>
        BackupKeys.PartitionOf(backup, key) is { } partition && await RangeOfAsync(store, key, cancellation) is { } range && Covers(partition, range);

    /// <summary>From the first to the last offset of a segment. Of an object without a sound header only the offset in its name is known.</summary>
    private static async Task<OffsetRange?> RangeOfAsync(IObjectStore store, string key, CancellationToken cancellation)
    {
        var named = BackupKeys.StartOf(key);
        return SegmentHeader.Read(await ReadStartAsync(store, key, cancellation)) is { } header
            ? new OffsetRange(Math.Min(named ?? header.StartOffset, header.StartOffset), header.EndOffset + 1)
            : named is { } first and < long.MaxValue ? new OffsetRange(first, first + 1) : null;
    }

    private static async Task<byte[]> ReadStartAsync(IObjectStore store, string key, CancellationToken cancellation)
    {
        await using var stream = await store.OpenReadAsync(key, cancellation);
        var start = new byte[SegmentHeader.Size];
        try
        {
            var length = stream is null ? 0 : await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellation);
            return start[..length];
        }
        catch (IOException e)
        {
            throw new StorageException(key, $"{key} in {store.Name} cannot be read: {e.Message.TrimEnd('.')}.", e);
        }
    }
}
