using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.Shared.Protocol;

/// <summary>What the ledger actor of a backup is told, asked, and says.</summary>
public static class LedgerProtocol
{
    /// <summary>How many topics one <see cref="RecordSource"/> names at most, so that the message stays small.</summary>
    public const int MaxTopics = 200;

    /// <summary>Load the ledger for a run, take over what another program added, and compare <c>offsets.db</c>. Answered by <see cref="LedgerOpened"/>.</summary>
    public sealed record OpenLedger(BackupId Backup, RunId Run) : IBackupMessage
    {
        /// <summary>The configuration as its user wrote it; null where every node was started with it.</summary>
        public string? Definition { get; init; }
    }

    /// <summary>The ledger is loaded; whoever plans reads it from the store now.</summary>
    public sealed record LedgerOpened(BackupId Backup, RunId Run) : IBackupMessage;

    /// <summary>Remember the source's identity and topics, as <see cref="TopicBatches"/> cuts them. Answered by <see cref="SourceRecorded"/>.</summary>
    public sealed record RecordSource(BackupId Backup, RunId Run, string? ClusterId, IReadOnlyList<TopicFacts> Topics) : IBackupMessage
    {
        /// <summary>Which of the run's questions it is; the answer carries it.</summary>
        public long Number { get; init; }
    }

    /// <summary>The source is remembered.</summary>
    public sealed record SourceRecorded(BackupId Backup, RunId Run) : IBackupMessage
    {
        /// <summary>The number of the question.</summary>
        public long Number { get; init; }
    }

    /// <summary>Asks which parts of some ranges the ledger does not cover; answered by <see cref="Uncovered"/>.</summary>
    public sealed record GetUncovered(BackupId Backup, PartitionId Partition, AssignmentId Assignment, IReadOnlyList<OffsetRange> Ranges) : IBackupMessage;

    /// <summary>What is not covered, in order, and the epoch to name segments with.</summary>
    /// <param name="Backup">The backup.</param>
    /// <param name="Partition">The partition.</param>
    /// <param name="Assignment">The order for which it was asked.</param>
    /// <param name="Ranges">Disjoint, ascending.</param>
    /// <param name="Epoch">The epoch to name segments with.</param>
    /// <param name="LeaderEpoch">The leader epoch of the record right before the partition's position, by which the source tells whether its log
    /// is still the one that was backed up; null when it is not known.</param>
    public sealed record Uncovered(
        BackupId Backup, PartitionId Partition, AssignmentId Assignment, IReadOnlyList<OffsetRange> Ranges, long Epoch, int? LeaderEpoch = null) : IBackupMessage
    {
        /// <summary>Whether there are more ranges than a message holds: the worker asks again when it is through with these.</summary>
        public bool HasMore { get; init; }
    }

    /// <summary>A stored segment, a gap, or a range without records, to be committed. Repeated until answered.</summary>
    /// <param name="Backup">The backup.</param>
    /// <param name="Assignment">The order that the worker works on.</param>
    /// <param name="Epoch">The epoch that the segment is named with; without a segment, the one that the worker was told last.</param>
    /// <param name="Entry">What to commit.</param>
    /// <param name="TopicId">The topic that was read, by Kafka's id; null when it is not known.</param>
    public sealed record CommitSegment(BackupId Backup, AssignmentId Assignment, long Epoch, LedgerEntry Entry, string? TopicId) : IBackupMessage;

    /// <summary>The entry is in the ledger: this time or since an earlier try.</summary>
    public sealed record Committed(BackupId Backup, PartitionId Partition, AssignmentId Assignment, OffsetRange Range, long Epoch) : IBackupMessage
    {
        /// <summary>Whether it was there before this was asked for.</summary>
        public bool WasThere { get; init; }
    }

    /// <summary>The entry is not in the ledger and will not be. The worker asks again what is uncovered, or gives up.</summary>
    public sealed record Rejected(BackupId Backup, PartitionId Partition, AssignmentId Assignment, OffsetRange Range, long Epoch) : IBackupMessage
    {
        /// <summary>Why nothing of this order can ever be committed; null when another writer is just ahead.</summary>
        public Fault? Final { get; init; }
    }

    /// <summary>The run is over: show everything. Answered by <see cref="RunFinished"/>.</summary>
    /// <param name="Backup">The backup.</param>
    /// <param name="Run">The run.</param>
    /// <param name="IsClean">Whether no worker can have left an object behind.</param>
    public sealed record FinishRun(BackupId Backup, RunId Run, bool IsClean) : IBackupMessage
    {
        /// <summary>Whether the run was told to stop, so that a store that does not answer is not waited for any longer than a few seconds.</summary>
        public bool WasStopped { get; init; }
    }

    /// <summary>All is committed; manifest and <c>offsets.db</c> show it, unless <see cref="ViewFailure"/> says otherwise.</summary>
    /// <param name="Backup">The backup.</param>
    /// <param name="Run">The run.</param>
    /// <param name="Records">Records committed since the ledger was opened for this run.</param>
    /// <param name="Gaps">Gaps recorded since then.</param>
    /// <param name="OffsetsPlace">Where the remote <c>offsets.db</c> was written; null when it was not.</param>
    public sealed record RunFinished(BackupId Backup, RunId Run, long Records, int Gaps, string? OffsetsPlace) : IBackupMessage
    {
        /// <summary>What the run found at offsets that the backup had lacked before its end.</summary>
        public HealedOffsets Healed { get; init; } = new(0, 0, 0);

        /// <summary>What still fails of the views and of housekeeping, the gravest; null when nothing does. The records are safe all the same.</summary>
        public Fault? ViewFailure { get; init; }
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
    public sealed record LedgerFailed(BackupId Backup, RunId Run, Fault Failure) : IBackupMessage
    {
        /// <summary>Whether the ledger was not even opened, as the node there lacks what the backup needs: it can be written elsewhere.</summary>
        public bool IsUnfit { get; init; }
    }

    /// <summary>The sender writes the ledger of this backup for as long as it lives: whatever concerns it is passed on to the sender.</summary>
    public sealed record LedgerTaken(BackupId Backup) : IBackupMessage;
}
