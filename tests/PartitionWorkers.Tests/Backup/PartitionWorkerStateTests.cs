using KafkaBackup.PartitionWorkers.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Protocol;
using Xunit;
using static KafkaBackup.PartitionWorkers.Backup.WorkerEffects;
using static KafkaBackup.PartitionWorkers.Backup.WorkerMessages;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.PartitionWorkers.Tests.Backup;

/// <summary>The decisions of a worker by themselves: what is late, repeated or of another order neither ends nor starts anything.</summary>
public sealed class PartitionWorkerStateTests
{
    private static readonly PartitionKey Key = new(new BackupId("nightly"), new PartitionId("orders", 3));
    private static readonly AssignmentId First = new(new RunId("run-1"), 1);
    private static readonly AssignmentId Second = new(new RunId("run-1"), 2);

    private PartitionWorkerState _state = new(Key, new PartitionWorkerSettings());

    [Fact]
    public void An_order_that_comes_while_the_journal_is_read_begins_after_it()
    {
        Assert.Empty(Take(Order(First)));

        Assert.Equal(First, Assert.IsType<GetUncovered>(Told(Take(JournalRead.Nothing))).Assignment);
    }

    [Fact]
    public void An_earlier_order_of_the_same_run_is_late()
    {
        Idle();
        Take(Order(Second));

        Assert.Empty(Take(Order(First)));
        Assert.Equal(Second, _state.Work!.Assignment);
    }

    [Fact]
    public void An_answer_to_an_earlier_order_does_not_begin_a_later_one()
    {
        Idle();
        Take(Order(First));
        Take(new CancelPartition(Key, First, Abandon: false));
        Take(Order(Second));

        Assert.Empty(Take(new Uncovered(Key.Backup, Key.Partition, First, [new OffsetRange(0, 5)], 1)));
        Assert.Equal(WorkerPhase.Asking, _state.Phase);
    }

    [Fact]
    public void A_commit_of_an_earlier_order_is_not_taken_for_one_of_a_later_one()
    {
        Reading(First);
        Take(Stored(0, 10));
        Take(Order(Second));

        Assert.Empty(Take(new Committed(Key.Backup, Key.Partition, First, new OffsetRange(0, 10), 1)));
        Assert.Single(_state.Stored);
        Take(new Committed(Key.Backup, Key.Partition, Second, new OffsetRange(0, 10), 1));
        Assert.Empty(_state.Stored);
    }

    [Fact]
    public void What_an_earlier_pipeline_stores_is_ignored()
    {
        Reading(First);

        Assert.Empty(Take(new EntryStored(_state.Token - 1, Entry(0, 10))));
        Assert.Empty(Take(new PipelineEnded(_state.Token - 1, null, null, IsTrimmed: false)));
        Assert.Equal(WorkerPhase.Reading, _state.Phase);
    }

    [Theory]
    [InlineData(1_000, PermitSize.Small)]
    [InlineData(1_001, PermitSize.Full)]
    public void For_few_offsets_a_small_permit_is_asked_for_and_used(long offsets, object size)
    {
        Idle();
        Take(Order(First));

        Assert.Equal(new AskPermit((PermitSize)size), Take(Uncovered(First, 0, offsets))[^1]);
        Assert.Equal(size, Assert.IsType<StartPipeline>(Take(PermitGranted.Instance)[^1]).Size);
    }

    [Fact]
    public void What_outgrows_a_small_permit_goes_on_with_a_full_one_and_the_next_order_tries_a_small_one_again()
    {
        Reading(First);

        var effects = Take(new PipelineEnded(_state.Token, null, null, IsTrimmed: false) { IsOutgrown = true });

        Assert.IsType<GivePermitBack>(effects[0]);
        Assert.IsType<GetUncovered>(Told(effects));
        Assert.Equal(new AskPermit(PermitSize.Full), Take(Uncovered(First, 0, 10))[^1]);
        Take(PermitGranted.Instance);
        Take(new PipelineEnded(_state.Token, null, null, IsTrimmed: false));
        Take(Order(Second));
        Assert.Equal(new AskPermit(PermitSize.Small), Take(Uncovered(Second, 10, 20))[^1]);
    }

    [Fact]
    public void A_second_permit_does_not_give_back_the_one_in_use()
    {
        Reading(First);

        Assert.Empty(Take(PermitGranted.Instance));
    }

    [Fact]
    public void A_late_permit_goes_back()
    {
        Idle();

        Assert.Equal([new GivePermitBack()], Take(PermitGranted.Instance));
    }

    [Fact]
    public void An_order_for_a_topic_made_anew_waits_until_what_is_in_hand_is_given_up()
    {
        Reading(First);
        Take(Stored(0, 10));

        Assert.Equal([new CancelPipeline()], Take(Order(Second) with { TopicId = "id-2" }));
        Assert.Empty(Take(Stored(10, 20)));
        var end = Take(new PipelineEnded(_state.Token, null, null, IsTrimmed: false));

        Assert.Equal(First, end.OfType<TellCoordinator>().Single().Message.Assignment);
        Assert.Equal(Second, Assert.IsType<GetUncovered>(Told(end)).Assignment);
    }

    [Fact]
    public void What_can_never_be_committed_ends_the_order_with_its_reason()
    {
        var reason = new Fault(FailureKind.Source, "The topic was made anew.", IsRetryable: false);
        Reading(First);
        Take(Stored(0, 10));

        Take(new Rejected(Key.Backup, Key.Partition, First, new OffsetRange(0, 10), 1) { Final = reason });
        var end = Take(new PipelineEnded(_state.Token, null, null, IsTrimmed: false));

        Assert.Equal(reason, end.OfType<TellCoordinator>().Single().Message.Failure);
    }

    [Fact]
    public void When_handed_over_a_later_cancellation_is_not_told_either()
    {
        Reading(First);
        Take(StopPartition.Instance);
        Take(new CancelPartition(Key, First, Abandon: false));

        var end = Take(new PipelineEnded(_state.Token, null, null, IsTrimmed: false));

        Assert.Contains(new StopWorker(), end);
        Assert.Empty(end.OfType<TellCoordinator>());
    }

    private static AssignPartition Order(AssignmentId assignment) => new(Key, assignment, [new OffsetRange(0, 100)], "id-1");

    private static LedgerEntry Entry(long @base, long next) => new() { Partition = Key.Partition, Range = new OffsetRange(@base, next) };

    [Fact]
    public void When_the_ledger_has_told_a_part_only_it_is_asked_for_the_rest()
    {
        Reading(First, hasMore: true);

        Assert.Equal(First, Assert.IsType<GetUncovered>(Told(Take(new PipelineEnded(_state.Token, null, null, IsTrimmed: false)))).Assignment);
        Assert.Equal(First, Ended(Take(new Uncovered(Key.Backup, Key.Partition, First, [], 1))).Assignment);
    }

    [Fact]
    public void Behind_an_open_transaction_the_rest_is_not_asked_for()
    {
        Reading(First, hasMore: true);

        Assert.Equal(50, Ended(Take(new PipelineEnded(_state.Token, 50, null, IsTrimmed: false))).BlockedAt);
    }

    private static PartitionEnded Ended(IReadOnlyList<WorkerEffect> effects) => effects.OfType<TellCoordinator>().Single().Message;

    private static object Told(IReadOnlyList<WorkerEffect> effects) => effects.OfType<TellLedger>().Single().Message;

    private EntryStored Stored(long @base, long next) => new(_state.Token, Entry(@base, next));

    private static Uncovered Uncovered(AssignmentId assignment, long @base, long next) => new(Key.Backup, Key.Partition, assignment, [new OffsetRange(@base, next)], 1);

    private void Idle() => Take(JournalRead.Nothing);

    private void Reading(AssignmentId assignment, bool hasMore = false)
    {
        Idle();
        Take(Order(assignment));
        Take(new Uncovered(Key.Backup, Key.Partition, assignment, [new OffsetRange(0, 100)], 1) { HasMore = hasMore });
        Take(PermitGranted.Instance);
        Assert.Equal(WorkerPhase.Reading, _state.Phase);
    }

    private IReadOnlyList<WorkerEffect> Take(object message)
    {
        var step = _state.On(message);
        _state = step.State;
        return step.Effects;
    }
}
