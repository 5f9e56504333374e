using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Ledger;

/// <summary>Entries that will go into one swap of the head, each judged as if those before it were committed already.</summary>
/// <remarks>The rule of the commit: an entry is accepted when it overlaps nothing covered and, at the end of a partition, starts where
/// the partition ends; and when its segment carries the epoch in office or the one before, so that no sweep can have deleted it.</remarks>
public sealed class CommitBatch(LedgerOutline ledger)
{
    private readonly Dictionary<PartitionId, PartitionOutline> _ahead = [];
    private readonly List<LedgerEntry> _accepted = [];

    /// <summary>What was accepted so far, in order.</summary>
    public IReadOnlyList<LedgerEntry> Accepted => _accepted;

    /// <summary>Judges <paramref name="entry"/>, and takes it in when it is accepted.</summary>
    /// <param name="entry">What the worker stored.</param>
    /// <param name="epoch">The epoch that the worker was told last. The one in its segment's name may be older: it stores segments ahead.</param>
    public CommitVerdict Judge(LedgerEntry entry, long epoch)
    {
        var committed = ledger.Partitions.GetValueOrDefault(entry.Partition);
        var ahead = _ahead.GetValueOrDefault(entry.Partition);
        if (committed?.Holds(entry) == true || ahead?.Holds(entry) == true)
        {
            return CommitVerdict.Repeated;
        }

        if (committed?.IsInDoubt(entry) == true)
        {
            throw new InvalidOperationException($"Whether {entry.Partition} {entry.Range} was committed before is to be found out first.");
        }

        var position = ahead?.Coverage.Position is { } later ? Math.Max(later, committed?.Coverage.Position ?? 0) : committed?.Coverage.Position;
        var overlaps = committed?.Coverage.Overlaps(entry.Range) == true || ahead?.Coverage.Overlaps(entry.Range) == true;
        if (Math.Min(epoch, EpochInName(entry) ?? epoch) < ledger.Head.Epoch - 1 || overlaps || entry.Range.IsEmpty || entry.Range.Base > position)
        {
            return CommitVerdict.Rejected;
        }

        if (ahead is null)
        {
            _ahead.Add(entry.Partition, ahead = new PartitionOutline());
        }

        ahead.Add(entry);
        _accepted.Add(entry);
        return CommitVerdict.Accepted;
    }

    /// <summary>The epoch by which a sweep judges the segment.</summary>
    private static long? EpochInName(LedgerEntry entry) => entry.Segment is { } segment ? BackupKeys.EpochOf(segment.Key) : null;
}
