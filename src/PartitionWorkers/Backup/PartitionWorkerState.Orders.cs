using System.Collections.Immutable;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.PartitionWorkers.Backup.WorkerEffects;
using static KafkaBackup.PartitionWorkers.Backup.WorkerMessages;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.PartitionWorkers.Backup;

/// <content>How an order begins, is taken over by a later one, and ends.</content>
internal sealed partial record PartitionWorkerState
{
    private WorkerStep OnJournalRead(JournalRead read)
    {
        if (Phase != WorkerPhase.Recovering)
        {
            return Nothing; // It came too late: the order is in work without it.
        }

        var idle = this with { Phase = WorkerPhase.Idle, Unchecked = [.. read.Uploaded] };
        return Work is null ? idle.BeginIfOrdered() : idle.CheckOrBegin();
    }

    /// <summary>Where to look for what an earlier life has uploaded is known only with an order: it says which store.</summary>
    private WorkerStep CheckOrBegin() => Unchecked.IsEmpty
        ? BeginIfOrdered()
        : (this with { Phase = WorkerPhase.Checking, Token = Token + 1, Unchecked = [] }).Do(new CheckOffers(Token + 1, Unchecked));

    private WorkerStep OnOffersChecked(OffersChecked check) => Phase == WorkerPhase.Checking && check.Token == Token
        ? (this with { Phase = WorkerPhase.Idle, Offers = [.. check.Sound.OrderBy(offer => offer.Entry.Range)] }).BeginIfOrdered()
        : Nothing;

    private WorkerStep OnAssigned(AssignPartition order) => this switch
    {
        { Ending: WorkEnding.HandedOff } => Nothing, // The shard moves: whoever gave the order repeats it where the shard is then.
        { Phase: WorkerPhase.Recovering or WorkerPhase.Checking } => (this with { Work = order, Ending = WorkEnding.Through }).Nothing,
        { Work: null } => (this with { Work = order }).CheckOrBegin(),
        _ when order.Assignment == Work.Assignment || IsEarlier(order.Assignment, Work.Assignment) => Nothing,
        { Ending: WorkEnding.Cancelled } => (this with { Next = order }).Nothing,
        _ when order.TopicId != Work.TopicId => (this with { Next = order }).Stop(WorkEnding.Cancelled, abandon: true),
        _ => TakeOver(order),
    };

    /// <summary>Another run wants the same partition: what is in hand serves it as well, and what more there is to do is asked for at the end.</summary>
    private WorkerStep TakeOver(AssignPartition order)
    {
        var taken = this with { Work = order, Ending = WorkEnding.AskAgain, Committed = (0, 0) };
        return Phase == WorkerPhase.Asking || Stored.Count > 0 ? taken.OnAnswerDue() : taken.Nothing;
    }

    private WorkerStep OnCancelled(CancelPartition cancel)
    {
        if (Work?.Assignment == cancel.Assignment)
        {
            return Stop(WorkEnding.Cancelled, cancel.Abandon);
        }

        var kept = Next?.Assignment == cancel.Assignment ? this with { Next = null } : this;
        var answered = kept.Do(new Answer(new PartitionEnded(Key, cancel.Assignment, null, null)));
        return Work is null ? answered.And(new Passivate()) : answered;
    }

    /// <summary>Drops the segment in hand; what is uploaded is still committed, unless nobody is there any more to commit it.</summary>
    private WorkerStep Stop(WorkEnding ending, bool abandon)
    {
        var isHandedOff = ending == WorkEnding.HandedOff || Ending == WorkEnding.HandedOff;
        var stopping = this with { Ending = isHandedOff ? WorkEnding.HandedOff : ending, Next = isHandedOff ? null : Next };
        if (abandon)
        {
            stopping = stopping with { Stored = [], Offers = [], Phase = Phase == WorkerPhase.Reading ? WorkerPhase.Draining : Phase };
        }

        return HoldsPermit ? stopping.Do(new CancelPipeline()) : stopping.SettleIfDone();
    }

    /// <summary>What waits is dropped: it will be repeated, and refused.</summary>
    private WorkerStep OnGivenBack(GiveBack give) => this switch
    {
        { Work: null } => Nothing,
        { IsStopping: true } => (this with { Next = null }).Nothing,
        _ => (this with { GivenBack = give }).Stop(WorkEnding.Cancelled, abandon: false),
    };

    private WorkerStep BeginIfOrdered()
    {
        if (IsStopping)
        {
            return Complete(null);
        }

        if (Work is null)
        {
            return Nothing;
        }

        var usable = Offers.Where(offer => offer.TopicId == Work.TopicId).Select(offer => offer.Entry).ToImmutableList();
        return usable.Count == 0
            ? (this with { Offers = [] }).Ask()
            : (this with { Phase = WorkerPhase.Offering, Offers = [], Stored = usable }).SendCommit();
    }

    private WorkerStep Ask() =>
        (this with { Phase = WorkerPhase.Asking, Ending = WorkEnding.Through }).Do(new TellLedger(Question), new StartAnswerTimer());

    private GetUncovered Question => new(Key.Backup, Key.Partition, Work!.Assignment, Work.Ranges);

    /// <summary>Decides how to go on, unless a pipeline is at work or something stored is still to be committed.</summary>
    private WorkerStep SettleIfDone() => this switch
    {
        { HoldsPermit: true } or { Stored.Count: > 0 } => Nothing,
        { IsStopping: true } => Complete(null),
        { Doom: { } doom } => Complete(doom),
        { Phase: WorkerPhase.Offering } or { Ending: WorkEnding.AskAgain } or { PipelineEnd.IsTrimmed: true } => Ask(),
        { PipelineEnd.IsOutgrown: true } => (this with { HasOutgrown = true }).Ask(),
        { PipelineEnd.Failure: { } failure } => OnFailed(failure),
        { HasMore: true, PipelineEnd.BlockedAt: null } => Ask(), // Behind an open transaction nothing can be read.
        _ => Complete(null),
    };

    private WorkerStep Complete(Fault? failure)
    {
        var over = new WorkerStep(this with
        {
            Phase = WorkerPhase.Idle,
            Work = null,
            Next = null,
            Ending = Ending == WorkEnding.HandedOff ? WorkEnding.HandedOff : WorkEnding.Through,
            Stored = [],
            PipelineEnd = null,
            HasOutgrown = false,
            Doom = null,
            Failures = 0,
            Committed = (0, 0),
            GivenBack = null,
        }, [new StopTimers(), new GivePermitBack()]);
        if (Ending == WorkEnding.HandedOff)
        {
            return over.And(new StopWorker()); // And nobody is told: what is left moves with the shard, to where the coordinator asserts it next.
        }

        var ended = Work is null ? over : over.And(new TellCoordinator(new PartitionEnded(Key, Work.Assignment, failure ?? GivenBack?.Why, PipelineEnd?.BlockedAt)
        {
            Records = Committed.Records,
            Bytes = Committed.Bytes,
            Refusal = GivenBack?.Refusal,
        }));
        if (Next is { } next)
        {
            return ended.Then(state => state.OnAssigned(next));
        }

        // In this order: what the coordinator assigns next must not come to an actor that is about to go.
        return ended with { Effects = ended.Effects.Insert(2, new Passivate()) };
    }

    /// <summary>Whether <paramref name="one"/> was given before <paramref name="other"/>. Of orders of two runs nobody can tell.</summary>
    private static bool IsEarlier(AssignmentId one, AssignmentId other) => one.Run == other.Run && one.Number < other.Number;
}
