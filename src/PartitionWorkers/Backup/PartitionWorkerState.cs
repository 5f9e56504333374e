using System.Collections.Immutable;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.PartitionWorkers.Backup.WorkerEffects;
using static KafkaBackup.PartitionWorkers.Backup.WorkerMessages;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.PartitionWorkers.Backup;

/// <summary>All that a partition worker decides: for each event the next state, and what is to be carried out. Pure.</summary>
/// <remarks>
/// <code>
/// Phase          Leaves on                                   Goes to
/// Recovering     JournalRead, or its end without a word      Checking | Idle, or on with the order that came meanwhile
/// Checking       OffersChecked                               Idle, or on with the order that came meanwhile
/// Idle           AssignPartition                             Offering (uploads of an earlier life) | Asking
/// Offering       Committed / Rejected of the last offer      Asking
/// Asking         Uncovered                                   Waiting | ReadingBounds | the end (all is covered)
/// Waiting        PermitGranted                               Reading
/// Reading        PipelineEnded                               Committing, or as from there
///                Rejected                                    Draining (another writer is ahead; the uploads are orphans now)
/// Draining       PipelineEnded                               Asking | the end
/// Committing     the last entry Committed:
///                  all read / a failure that is final        the end
///                  offsets gone at the source                Asking, then ReadingBounds
///                  more than a small permit stands for       Asking, then Waiting for a full one
///                  a failure that may pass                   BackingOff
///                Rejected                                    Asking
/// ReadingBounds  BoundsRead                                  Committing (the gap, then Asking) | BackingOff | the end
/// BackingOff     RetryDue                                    Asking
/// any            CancelPartition of the order in work        the end, once what is uploaded is committed
///                StopPartition                               the same, and nobody is told: the work moves with the shard
///                GiveBack                                    the same, and the coordinator is told that another node is to go on
/// </code>
/// At the end of an order PartitionEnded goes to its coordinator, and the worker turns to the order that came meanwhile, or to Idle.
/// </remarks>
internal sealed partial record PartitionWorkerState(PartitionKey Key, PartitionWorkerSettings Settings)
{
    /// <summary>So many offsets may well fit into a small permit.</summary>
    private const long FewOffsets = 1_000;

    /// <summary>What the worker is doing.</summary>
    public WorkerPhase Phase { get; private init; } = WorkerPhase.Recovering;

    /// <summary>The order in work; null in <see cref="WorkerPhase.Idle"/>.</summary>
    public AssignPartition? Work { get; private init; }

    /// <summary>An order that waits until the one in work has come to its end.</summary>
    public AssignPartition? Next { get; private init; }

    /// <summary>How the order in work is to end.</summary>
    public WorkEnding Ending { get; private init; }

    /// <summary>Stored entries in order. Only the first is on its way to the ledger: a later one would leave a hole before it.</summary>
    public ImmutableList<LedgerEntry> Stored { get; private init; } = [];

    /// <summary>What an earlier life of this worker had uploaded, and nobody is known to have committed.</summary>
    public ImmutableList<SegmentUploaded> Offers { get; private init; } = [];

    /// <summary>What an earlier life has uploaded, as long as no order says in which store to look for it.</summary>
    private ImmutableList<SegmentUploaded> Unchecked { get; init; } = [];

    /// <summary>What is to be read.</summary>
    public IReadOnlyList<OffsetRange> Ranges { get; private init; } = [];

    /// <summary>Tells pipelines and questions apart: what an earlier one says is ignored.</summary>
    public int Token { get; private init; }

    /// <summary>The epoch that segments are named with.</summary>
    public long Epoch { get; private init; }

    /// <summary>Where the last committed entry ends, as far as this worker knows; null when it knows of none.</summary>
    public long? Position { get; private init; }

    /// <summary>How the last pipeline ended; acted upon when all it stored is committed.</summary>
    private PipelineEnded? PipelineEnd { get; init; }

    /// <summary>Failures in a row, without a commit between them.</summary>
    private int Failures { get; init; }

    /// <summary>What this order has committed: records, and their bytes before compression.</summary>
    private (long Records, long Bytes) Committed { get; init; }

    /// <summary>Why the order in work goes back; null when it does not.</summary>
    private GiveBack? GivenBack { get; init; }

    /// <summary>Whether an order is in work, or waits for that.</summary>
    public bool Has(AssignmentId assignment) => Work?.Assignment == assignment || Next?.Assignment == assignment;

    private bool IsStopping => Ending is WorkEnding.Cancelled or WorkEnding.HandedOff;

    private bool HoldsPermit => Phase is WorkerPhase.Reading or WorkerPhase.Draining;

    /// <summary>What a status shows.</summary>
    public string PhaseName => this switch
    {
        { IsStopping: true } => "Stopping",
        { Work: null } => "Unassigned",
        { HoldsPermit: true } => "Running",
        { Phase: WorkerPhase.Offering or WorkerPhase.Committing } => "Committing",
        _ => "Waiting",
    };

    /// <summary>Takes in an event: a message of <see cref="PartitionProtocol"/>, <see cref="LedgerProtocol"/> or the permits, a timer, or what the
    /// journal, the pipeline or a question to the source came to.</summary>
    /// <exception cref="ArgumentException">The event is none of them.</exception>
    public WorkerStep On(object message) => message switch
    {
        JournalRead read => OnJournalRead(read),
        OffersChecked check => OnOffersChecked(check),
        AssignPartition order => OnAssigned(order),
        CancelPartition cancel => OnCancelled(cancel),
        StopPartition => Stop(WorkEnding.HandedOff, abandon: false),
        GiveBack give => OnGivenBack(give),
        Uncovered answer => OnUncovered(answer),
        PermitGranted => OnPermit(),
        EntryStored stored => OnStored(stored),
        PipelineEnded ended => OnPipelineEnded(ended),
        LedgerProtocol.Committed committed => OnCommitted(committed),
        Rejected rejected => OnRejected(rejected),
        BoundsRead read => OnBoundsRead(read),
        AnswerDue => OnAnswerDue(),
        RetryDue => Phase == WorkerPhase.BackingOff ? Ask() : Nothing,
        _ => throw new ArgumentException($"A worker knows no {message.GetType().Name}.", nameof(message)),
    };

    private WorkerStep Nothing => new(this, []);

    private WorkerStep Do(params ReadOnlySpan<WorkerEffect> effects) => new(this, [.. effects]);

    private WorkerStep OnUncovered(Uncovered answer)
    {
        if (Phase != WorkerPhase.Asking || answer.Assignment != Work!.Assignment)
        {
            return Nothing;
        }

        if (answer.Ranges.Count == 0)
        {
            return Complete(null);
        }

        var told = this with { Ranges = answer.Ranges, HasMore = answer.HasMore, Epoch = answer.Epoch };
        if (PipelineEnd?.IsTrimmed == true)
        {
            var token = Token + 1;
            return (told with { Phase = WorkerPhase.ReadingBounds, Token = token }).Do(new StopTimers(), new ReadBounds(token));
        }

        return (told with { Phase = WorkerPhase.Waiting, LeaderEpoch = answer.LeaderEpoch }).Do(new StopTimers(), new AskPermit(told.Size));
    }

    /// <summary>The permit that is asked for, or in use.</summary>
    private PermitSize Size => HasOutgrown || Ranges.Sum(range => range.Next - range.Base) > FewOffsets ? PermitSize.Full : PermitSize.Small;

    /// <summary>Whether a small permit was tried and did not do.</summary>
    private bool HasOutgrown { get; init; }

    /// <summary>Whether the ledger has told a part of the ranges only.</summary>
    private bool HasMore { get; init; }

    /// <summary>The leader epoch of the record right before the position; null when it is not known.</summary>
    private int? LeaderEpoch { get; init; }

    private WorkerStep OnPermit()
    {
        if (Phase != WorkerPhase.Waiting)
        {
            // A second answer, or one that came too late. The permit in use must not go back with it.
            return HoldsPermit ? Nothing : Do(new GivePermitBack());
        }

        var token = Token + 1;
        return (this with { Phase = WorkerPhase.Reading, Token = token, PipelineEnd = null })
            .Do(new StartPipeline(token, Ranges, Size, Epoch, LeaderEpoch, Work!.TopicId));
    }

    private WorkerStep OnStored(EntryStored stored)
    {
        if (Phase != WorkerPhase.Reading || stored.Token != Token)
        {
            return Nothing;
        }

        var step = (this with { Stored = Stored.Add(stored.Entry) }).Do();
        if (IsJournaled(stored.Entry))
        {
            step = step.And(new Journal(new SegmentUploaded(stored.Entry, Work!.TopicId)));
        }

        return Stored.Count == 0 ? step.Then(state => state.SendCommit()) : step;
    }

    private WorkerStep OnPipelineEnded(PipelineEnded ended)
    {
        if (!HoldsPermit || ended.Token != Token)
        {
            return Nothing;
        }

        // The pipeline holds no memory any more, so another partition may have the permit while the last entries are committed.
        return (this with { Phase = WorkerPhase.Committing, PipelineEnd = ended }).Do(new GivePermitBack()).Then(state => state.SettleIfDone());
    }

    private WorkerStep OnBoundsRead(BoundsRead read)
    {
        if (Phase != WorkerPhase.ReadingBounds || read.Token != Token)
        {
            return Nothing;
        }

        if (read.Failure is { } failure)
        {
            return OnFailed(failure);
        }

        var settled = this with { PipelineEnd = null };
        if (TrimmedLog.Gap(Ranges[0], read.Bounds) is not { } gone)
        {
            return settled.OnFailed(TrimmedLog.Failure(Key.Partition, Ranges[0].Base, read.Bounds));
        }

        var gap = new LedgerEntry { Partition = Key.Partition, Range = gone, Gap = new Gap(Gap.OffsetOutOfRange, read.ReadAt) };
        return (settled with { Phase = WorkerPhase.Committing, Stored = [gap], Ending = WorkEnding.AskAgain })
            .Do(new Say(log => log.Gone(Key.Partition, gone.Base, gone.Next - 1))).Then(state => state.SendCommit());
    }

    private WorkerStep OnFailed(Fault failure)
    {
        var failures = Failures + 1;
        if (!failure.IsRetryable || failures >= Settings.MaxFailures)
        {
            return Complete(failure);
        }

        var pause = Settings.Backoff(failures);
        return (this with { Phase = WorkerPhase.BackingOff, Failures = failures }).Do(
            new StopTimers(),
            new Say(log => log.TryingAgain(Key.Partition, failure.Message, (long)pause.TotalMilliseconds)),
            new StartRetryTimer(pause));
    }
}
