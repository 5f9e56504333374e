using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.PartitionWorkers.Backup.WorkerEffects;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;

namespace KafkaBackup.PartitionWorkers.Backup;

/// <content>How stored entries come into the ledger, one after another.</content>
internal sealed partial record PartitionWorkerState
{
    private WorkerStep SendCommit() => Do(new TellLedger(FirstCommit), new StartAnswerTimer());

    /// <summary>The epoch is the one in the segment's name, however old: a newer writer's sweep may have deleted the object, and then must refuse it.</summary>
    private CommitSegment FirstCommit
    {
        get
        {
            var entry = Stored[0];
            var epoch = entry.Segment is { } segment ? BackupKeys.EpochOf(segment.Key) ?? Epoch : Epoch;
            return new CommitSegment(Key.Backup, Work!.Assignment, epoch, entry, Work.TopicId);
        }
    }

    private WorkerStep OnAnswerDue() => this switch
    {
        { Phase: WorkerPhase.Asking } => Do(new TellLedger(Question)),
        { Stored.Count: > 0 } => Do(new TellLedger(FirstCommit)),
        _ => Nothing,
    };

    private bool IsAboutFirst(AssignmentId assignment, PartitionId partition, OffsetRange range) =>
        assignment == Work?.Assignment && partition == Key.Partition && Stored is [{ } first, ..] && first.Range == range;

    /// <summary>The order is the contract: committed, then counted, then the next.</summary>
    private WorkerStep OnCommitted(LedgerProtocol.Committed committed)
    {
        if (!IsAboutFirst(committed.Assignment, committed.Partition, committed.Range))
        {
            return Nothing;
        }

        var entry = Stored[0];
        var (records, bytes) = (entry.Segment?.RecordCount ?? 0, entry.Segment?.UncompressedSize ?? 0);
        var isJournaled = IsJournaled(entry);
        var isCounted = Phase != WorkerPhase.Offering || !committed.WasThere; // An earlier life has told of what it committed itself.
        var step = (this with
        {
            Stored = Stored.RemoveAt(0),
            Epoch = committed.Epoch,
            Failures = 0,
            Committed = isCounted ? (Committed.Records + records, Committed.Bytes + bytes) : Committed,
            Position = Math.Max(Position ?? 0, entry.Range.Next),
        }).Do(new StopTimers());
        if (isJournaled)
        {
            step = step.And(new Journal(new SegmentCommitted(entry.Range, records, entry.Segment!.CompressedSize)));
        }

        return (HoldsPermit ? step.And(new PipelineCommitted(committed.Epoch)) : step).Then(state => state.CommitNextOrSettle());
    }

    /// <summary>Whether the journal knows of an entry: of what is offered, and of what would be dear to be read again.</summary>
    private bool IsJournaled(LedgerEntry entry) =>
        entry.Segment is { } segment && (Phase == WorkerPhase.Offering || segment.UncompressedSize >= Settings.JournaledFrom);

    private WorkerStep CommitNextOrSettle() => Stored.Count > 0 ? SendCommit() : SettleIfDone();

    private WorkerStep OnRejected(Rejected rejected)
    {
        if (!IsAboutFirst(rejected.Assignment, rejected.Partition, rejected.Range))
        {
            return Nothing;
        }

        // What an earlier life offers stands each for itself; of what was read in one go the later ones would leave a hole.
        var dropped = Phase == WorkerPhase.Offering && rejected.Final is null ? Stored.GetRange(0, 1) : Stored;
        var step = (this with { Stored = Stored.RemoveRange(0, dropped.Count) }).Do(
            new StopTimers(), new Say(log => log.Superseded(Key.Partition, rejected.Range)));
        step = step.And([.. dropped.Where(IsJournaled).Select(entry => new Journal(new SegmentDropped(entry.Range)))]);
        return step.Then(state => state.GoOnAfterRejection(rejected.Final));
    }

    private WorkerStep GoOnAfterRejection(Fault? final)
    {
        if (final is not null)
        {
            // As if the pipeline had met it: it is told when the pipeline is over.
            return Phase == WorkerPhase.Reading
                ? (this with { Phase = WorkerPhase.Draining, Doom = final }).Do(new CancelPipeline())
                : Complete(IsStopping ? null : final);
        }

        if (Phase == WorkerPhase.Offering)
        {
            return CommitNextOrSettle();
        }

        var again = IsStopping ? this : this with { Ending = WorkEnding.AskAgain };
        return Phase == WorkerPhase.Reading ? (again with { Phase = WorkerPhase.Draining }).Do(new CancelPipeline()) : again.SettleIfDone();
    }

    /// <summary>Why nothing of this order can be committed any more; null when nothing says so.</summary>
    private Fault? Doom { get; init; }
}
