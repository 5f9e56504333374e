using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Simulation.Tests;

/// <summary><see cref="CommitBatch"/> with one of its rules left out.</summary>
internal sealed class CarelessBatch(LedgerSnapshot ledger, Mutation mutation)
{
    private readonly List<LedgerEntry> _accepted = [];

    public IReadOnlyList<LedgerEntry> Accepted => _accepted;

    public CommitVerdict Judge(LedgerEntry entry, long epoch)
    {
        var ours = ledger.Entries.Concat(_accepted).Where(other => other.Partition == entry.Partition).ToList();
        if (ours.Any(entry.IsRepeatOf))
        {
            return CommitVerdict.Repeated;
        }

        var named = entry.Segment is { } segment ? BackupKeys.EpochOf(segment.Key) ?? epoch : epoch;
        var isTooOld = Math.Min(named, epoch) < ledger.Head.Epoch - 1 && mutation != Mutation.NoEpochCheck;
        var overlaps = ours.Any(other => other.Range.Overlaps(entry.Range)) && mutation != Mutation.NoBaseCheck;
        var leavesHole = ours.Count > 0 && entry.Range.Base > ours.Max(other => other.Range.Next)
            && mutation is not (Mutation.NoBaseCheck or Mutation.NoPositionCheck);
        if (isTooOld || overlaps || leavesHole)
        {
            return CommitVerdict.Rejected;
        }

        _accepted.Add(entry);
        return CommitVerdict.Accepted;
    }
}
