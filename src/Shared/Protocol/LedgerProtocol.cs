using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.Shared.Protocol;

/// <summary>What the ledger actor of a backup is told, asked, and says.</summary>
public static class LedgerProtocol
{
    /// <summary>How many topics one <see cref="RecordSource"/> names at most, so that the message stays small.</summary>
    public const int MaxTopics = 200;

    /// <summary>Load the ledger for a run, take over what another program added, and compare <c>offsets.db</c>. Answered by <see cref="LedgerOpened"/>.</summary>
    public sealed record OpenLedger(BackupId Backup, RunId Run) : IBackupMessage;

    /// <summary>The ledger is loaded; whoever plans reads it from the store now.</summary>
    public sealed record LedgerOpened(BackupId Backup, RunId Run) : IBackupMessage;

    /// <summary>Remember the source's identity and topics, as <see cref="TopicBatches"/> cuts them. Answered by <see cref="SourceRecorded"/>.</summary>
    public sealed record RecordSource(BackupId Backup, RunId Run, string ClusterId, IReadOnlyList<TopicFacts> Topics) : IBackupMessage;

    /// <summary>The source is remembered.</summary>
    public sealed record SourceRecorded(BackupId Backup, RunId Run) : IBackupMessage;

    /// <summary>Asks which parts of some ranges the ledger does not cover; answered by <see cref="Uncovered"/>.</summary>
    public sealed record GetUncovered(BackupId Backup, PartitionId Partition, IReadOnlyList<OffsetRange> Ranges) : IBackupMessage;

    /// <summary>What is not covered, in order, and the epoch to name segments with.</summary>
    public sealed record Uncovered(BackupId Backup, PartitionId Partition, IReadOnlyList<OffsetRange> Ranges, long Epoch) : IBackupMessage;

    /// <summary>A stored segment, a gap, or a range without records, to be committed. Repeated until answered.</summary>
    /// <param name="Backup">The backup.</param>
    /// <param name="Epoch">The epoch that the segment is named with; without a segment, the one that the worker was told last.</param>
    /// <param name="Entry">What to commit.</param>
    public sealed record CommitSegment(BackupId Backup, long Epoch, LedgerEntry Entry) : IBackupMessage;

    /// <summary>The entry is in the ledger: this time or since an earlier try.</summary>
    public sealed record Committed(BackupId Backup, PartitionId Partition, OffsetRange Range, long Epoch) : IBackupMessage;

    /// <summary>The entry is not in the ledger and will not be. The worker asks again what is uncovered.</summary>
    public sealed record Rejected(BackupId Backup, PartitionId Partition, OffsetRange Range, long Epoch) : IBackupMessage;

    /// <summary>The run is over: show everything. Answered by <see cref="RunFinished"/>.</summary>
    /// <param name="Backup">The backup.</param>
    /// <param name="Run">The run.</param>
    /// <param name="IsClean">Whether no worker can have left an object behind.</param>
    public sealed record FinishRun(BackupId Backup, RunId Run, bool IsClean) : IBackupMessage;

    /// <summary>Manifest and <c>offsets.db</c> show all that is committed.</summary>
    /// <param name="Backup">The backup.</param>
    /// <param name="Run">The run.</param>
    /// <param name="Records">Records committed since the ledger was opened for this run.</param>
    /// <param name="Gaps">Gaps recorded since then.</param>
    /// <param name="OffsetsPlace">Where the remote <c>offsets.db</c> was written; null when it was not.</param>
    public sealed record RunFinished(BackupId Backup, RunId Run, long Records, int Gaps, string? OffsetsPlace) : IBackupMessage
    {
        /// <summary>What the run found at offsets that the backup had lacked before its end.</summary>
        public HealedOffsets Healed { get; init; } = new(0, 0, 0);
    }

    /// <summary>What became of offsets that a backup had lacked between others.</summary>
    /// <param name="Records">Records that came back.</param>
    /// <param name="Gone">Offsets that the source had deleted meanwhile.</param>
    /// <param name="Empty">Offsets that were read and hold no record: compacted away, aborted, or transaction markers.</param>
    public sealed record HealedOffsets(long Records, long Gone, long Empty)
    {
        /// <summary>Counts an entry that filled a hole.</summary>
        public HealedOffsets Plus(LedgerEntry entry)
        {
            var records = entry.Segment?.RecordCount ?? 0;
            return entry.Gap is null ? this with { Records = Records + records, Empty = Empty + entry.Range.Length - records } : this with { Gone = Gone + entry.Range.Length };
        }
    }

    /// <summary>The ledger actor cannot go on: storage failed for good, or another writer is the current writer. Sent to the run's coordinator.</summary>
    public sealed record LedgerFailed(BackupId Backup, RunId Run, Fault Failure) : IBackupMessage;
}
