using Akka.Actor;
using KafkaBackup.PartitionWorkers.Backup;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Storage;
using Xunit;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.PartitionWorkers.Tests.Backup;

/// <summary>From assignment to end: what a worker promises, in which order, and to whom.</summary>
public sealed class PartitionWorkerCommitTests : PartitionWorkerTestBase
{
    [Fact]
    public async Task Few_offsets_with_more_in_them_than_a_small_permit_stands_for_are_read_with_a_full_one()
    {
        Source.Append(3, valueBytes: 2 * 1024 * 1024);
        var worker = await AskingAsync(Range(0, 3));
        Answer(worker, Range(0, 3));
        var small = await Permits.ExpectMsgAsync<RequestPermit>();
        Grant(worker);

        await Permits.ExpectMsgAsync<ReleasePermit>();
        await Manifest.ExpectMsgAsync<GetUncovered>();
        Answer(worker, Range(0, 3));
        var full = await Permits.ExpectMsgAsync<RequestPermit>();
        Assert.InRange(small.Bytes, 1, full.Bytes - 1);
        Grant(worker);

        Assert.Equal(Range(0, 3), (await CommitNextAsync(worker)).Range);
        Assert.Equal(3, (await CountedEndAsync()).Records);
    }

    [Fact]
    public async Task Commits_only_after_upload_succeeded()
    {
        var gate = new TaskCompletionSource();
        Store.Decide = _ => StoreFault.Delay(gate);
        Source.Append(10);

        await RunningAsync(Range(0, 10));
        await AwaitAssertAsync(() => Assert.Single(Store.Calls));
        await Manifest.ExpectNoMsgAsync(Instant);
        gate.SetResult();

        var asked = await CommitAskedAsync();
        Assert.Equal(Range(0, 10), asked.Entry.Range);
        Assert.NotNull(await Memory.GetAsync(asked.Entry.Segment!.Key, CancellationToken.None));
    }

    [Fact]
    public async Task Tells_how_much_it_committed()
    {
        Source.Append(20);

        var worker = await RunningAsync(Range(0, 20));
        var first = await CommitAskedAsync();
        Commit(worker, first);
        var second = await CommitAskedAsync();
        Commit(worker, second);

        var bytes = first.Entry.Segment!.UncompressedSize + second.Entry.Segment!.UncompressedSize;
        Assert.Equal((20, bytes), await CountedEndAsync() is var end ? (end.Records, end.Bytes) : default);
    }

    [Fact]
    public async Task Sends_one_commit_at_a_time_and_in_order()
    {
        Source.Append(30);

        var worker = await RunningAsync(Range(0, 30));
        var first = await CommitAskedAsync();
        await AwaitAssertAsync(() => Assert.Equal(2, Store.Calls.Count));
        await Manifest.ExpectNoMsgAsync(Instant);

        Commit(worker, first);
        Assert.Equal(Range(10, 20), (await CommitNextAsync(worker)).Range);
        Assert.Equal(Range(20, 30), (await CommitNextAsync(worker)).Range);
        Assert.Equal(new PartitionEnded(Key, Order, null, null), await EndAsync());
        await PassivateAsync(worker);
    }

    [Fact]
    public async Task Repeats_the_commit_until_answered()
    {
        Source.Append(10);
        var worker = await RunningAsync(Range(0, 10));
        var asked = await CommitAskedAsync();

        await PassAsync(worker, Settings.AnswerPatience);
        Assert.Equal(asked, await CommitAskedAsync());
        await PassAsync(worker, Settings.AnswerPatience);
        Assert.Equal(asked, await CommitAskedAsync());

        Commit(worker, asked);
        await EndAsync();
        await PassAsync(worker, Settings.AnswerPatience * 3);
        await Manifest.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task Repeats_its_question_until_answered()
    {
        var worker = await AskingAsync(Range(0, 10));

        await PassAsync(worker, Settings.AnswerPatience);
        await Manifest.ExpectMsgAsync<GetUncovered>();
        await PassAsync(worker, Settings.AnswerPatience);
        await Manifest.ExpectMsgAsync<GetUncovered>();

        Answer(worker, Range(0, 10));
        await Permits.ExpectMsgAsync<RequestPermit>();
        await PassAsync(worker, Settings.AnswerPatience * 3);
        await Manifest.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task A_second_answer_to_a_repeated_commit_changes_nothing()
    {
        Source.Append(30);
        var worker = await RunningAsync(Range(0, 30));
        var first = await CommitAskedAsync();

        Commit(worker, first);
        var second = await CommitAskedAsync();
        Commit(worker, first);
        await StatusAsync(worker);
        await Manifest.ExpectNoMsgAsync(Instant);

        Commit(worker, second);
        Assert.Equal(Range(20, 30), (await CommitNextAsync(worker)).Range);
        await EndAsync();
    }

    [Fact]
    public async Task Resumes_at_the_position_it_was_told_when_rejected()
    {
        Source.Append(30);
        var worker = await RunningAsync(Range(0, 30));

        Reject(worker, await CommitAskedAsync());
        await AnswerNextAsync(worker, Range(20, 30));

        Assert.Equal(Range(20, 30), (await CommitNextAsync(worker)).Range);
        Assert.Null((await EndAsync()).Failure);
        Assert.Equal([Range(0, 30), Range(20, 30)], Source.Opened);
    }

    [Fact]
    public async Task A_rejection_gives_up_all_that_was_uploaded_behind_it()
    {
        Source.Append(30);
        var worker = await RunningAsync(Range(0, 30));
        var first = await CommitAskedAsync();
        await AwaitAssertAsync(() => Assert.Equal(2, Store.Calls.Count));

        Reject(worker, first);

        await Manifest.ExpectMsgAsync<GetUncovered>();
        Answer(worker);
        Assert.Equal(new PartitionEnded(Key, Order, null, null), await EndAsync());
    }

    [Fact]
    public async Task Says_of_each_segment_under_which_epoch_it_was_named()
    {
        Source.Append(20);
        var worker = await RunningAsync(Range(0, 20));
        var first = await CommitAskedAsync();
        await AwaitAssertAsync(() => Assert.Equal(2, Store.Calls.Count));

        Commit(worker, first, epoch: Epoch + 3);

        // A sweep of that epoch's writer may have taken the second segment already: only a rejection makes sure that it is not named.
        var second = await CommitAskedAsync();
        Assert.Equal(Epoch, BackupKeys.EpochOf(second.Entry.Segment!.Key));
        Assert.Equal(Epoch, second.Epoch);
    }

    [Fact]
    public async Task Ignores_results_of_a_cancelled_run()
    {
        var gate = Source.Append(10).HoldAt(0);
        var worker = await RunningAsync(Range(0, 10));
        await PhaseIsAsync(worker, "Running");

        worker.Tell(new WorkerMessages.EntryStored(0, new() { Partition = Key.Partition, Range = Range(0, 5) }));
        worker.Tell(new WorkerMessages.PipelineEnded(0, null, null, IsTrimmed: false));
        worker.Tell(new WorkerMessages.BoundsRead(0, default, null, 0));

        Assert.Equal("Running", (await StatusAsync(worker)).Phase);
        await Manifest.ExpectNoMsgAsync(Instant);
        gate.SetResult();
        Assert.Equal(Range(0, 10), (await CommitNextAsync(worker)).Range);
    }

    [Fact]
    public async Task Ends_at_once_when_all_is_covered()
    {
        var worker = await AskingAsync(Range(0, 10));

        Answer(worker);

        Assert.Equal(new PartitionEnded(Key, Order, null, null), await EndAsync());
        Assert.Empty(Source.Opened);
        await PassivateAsync(worker);
    }

    [Fact]
    public async Task Tells_where_an_open_transaction_blocked_it()
    {
        Source.Append(20).OpenTransactionAt = 15;
        SegmentRecords = 100;
        var worker = await RunningAsync(Range(0, 20));

        Assert.Equal(Range(0, 15), (await CommitNextAsync(worker)).Range);

        Assert.Equal(new PartitionEnded(Key, Order, null, 15), await EndAsync());
    }

    [Fact]
    public async Task Gives_its_permit_back_before_the_last_commit_is_answered()
    {
        Source.Append(10);
        var worker = await RunningAsync(Range(0, 10));

        var asked = await CommitAskedAsync();
        await Permits.ExpectMsgAsync<ReleasePermit>();

        Assert.Equal("Committing", (await StatusAsync(worker)).Phase);
        Commit(worker, asked);
        await EndAsync();
    }

    [Fact]
    public async Task A_re_assertion_while_at_work_changes_nothing()
    {
        var gate = Source.Append(10).HoldAt(0);
        var worker = await RunningAsync(Range(0, 10));

        worker.Tell(Assigned(Range(0, 10)), Coordinator);
        worker.Tell(Assigned(Range(0, 10)), Coordinator);
        await StatusAsync(worker);
        gate.SetResult();

        await CommitNextAsync(worker);
        Assert.Equal(new PartitionEnded(Key, Order, null, null), await EndAsync());
        await Manifest.ExpectNoMsgAsync(Instant);
        Assert.Equal([Range(0, 10)], Source.Opened);
    }

    [Fact]
    public async Task An_assignment_of_another_run_is_looked_at_when_the_work_at_hand_is_done()
    {
        Source.Append(20);
        var next = new AssignmentId(new RunId("run-2"), 1);
        var worker = await RunningAsync(Range(0, 10));
        var asked = await CommitAskedAsync();

        worker.Tell(new AssignPartition(Key, next, [Range(0, 20)], "id-1"), Coordinator);
        var again = await CommitAskedAsync();
        Assert.Equal(asked with { Assignment = next }, again);
        Commit(worker, asked); // Of the order that is over: it counts no more.
        Commit(worker, again);

        Assert.Equal(next, (await Manifest.ExpectMsgAsync<GetUncovered>()).Assignment);
        worker.Tell(new Uncovered(Key.Backup, Key.Partition, next, [Range(10, 20)], Epoch), Manifest);
        await Permits.FishForMessageAsync(message => message is RequestPermit);
        Grant(worker);
        Assert.Equal(Range(10, 20), (await CommitNextAsync(worker)).Range);
        Assert.Equal(new PartitionEnded(Key, next, null, null), await EndAsync());
    }
}
