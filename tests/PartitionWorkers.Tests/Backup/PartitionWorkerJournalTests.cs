using Akka.Cluster.Sharding;
using Akka.Persistence;
using Akka.Persistence.TestKit;
using Akka.TestKit;
using KafkaBackup.PartitionWorkers.Backup;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared;
using Xunit;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;

namespace KafkaBackup.PartitionWorkers.Tests.Backup;

/// <summary>The journal is a cache: what it saves, how long it grows, and that nothing hangs on it.</summary>
public sealed partial class PartitionWorkerJournalTests : PartitionWorkerTestBase
{
    [Fact]
    public async Task An_upload_is_journaled_before_it_is_committed_and_its_commit_after()
    {
        Source.Append(10);
        var worker = await RunningAsync(Range(0, 10));
        var asked = await CommitAskedAsync();

        await AwaitAssertAsync(async () => Assert.Equal([new SegmentUploaded(asked.Entry, "id-1")], await JournaledAsync()));

        Commit(worker, asked);
        await EndAsync();
        await AwaitAssertAsync(async () => Assert.Equal(
            [new SegmentUploaded(asked.Entry, "id-1"), new SegmentCommitted(Range(0, 10), 10, asked.Entry.Segment!.CompressedSize)], await JournaledAsync()));
    }

    [Fact]
    public async Task What_is_read_again_in_less_time_is_not_journaled()
    {
        Settings = Settings with { JournaledFrom = 10_000 };
        SegmentRecords = 1;
        Source.Append(1).Append(1, valueBytes: 10_000).Append(1);
        var worker = await RunningAsync(Range(0, 3));

        for (var position = 0L; position < 3;)
        {
            position = (await CommitNextAsync(worker)).Range.Next;
        }

        await EndAsync();
        await AwaitAssertAsync(async () => Assert.Equal(
            [(typeof(SegmentUploaded), Range(1, 2)), (typeof(SegmentCommitted), Range(1, 2))], (await JournaledAsync()).Select(journaled =>
                (journaled.GetType(), journaled is SegmentUploaded uploaded ? uploaded.Entry.Range : ((SegmentCommitted)journaled).Range))));
    }

    [Fact]
    public async Task A_journal_that_is_known_to_have_nothing_of_a_worker_is_not_asked()
    {
        Source.Append(10);
        await KilledBeforeCommitAsync(Range(0, 10));
        await JournalReads.Fail();
        Journaled = new JournaledWorkers(() => []);

        await AskingAsync(Range(0, 10));

        Assert.Empty(JournalWarnings);
    }

    [Fact]
    public async Task A_worker_that_the_journal_had_nothing_of_is_asked_for_once_it_has_written_there()
    {
        Journaled = new JournaledWorkers(() => []);
        Source.Append(20);
        var uploaded = await KilledBeforeCommitAsync(Range(0, 10));

        var worker = NewWorker();
        worker.Tell(Assigned(Range(0, 20)), Coordinator);

        Assert.Equal(uploaded, await CommitNextAsync(worker));
    }

    [Fact]
    public async Task An_upload_of_an_earlier_life_is_offered_to_the_ledger_and_not_read_again()
    {
        Source.Append(20);
        var uploaded = await KilledBeforeCommitAsync(Range(0, 10));

        var worker = NewWorker();
        worker.Tell(Assigned(Range(0, 20)), Coordinator);

        Assert.Equal(uploaded, await CommitNextAsync(worker));
        Assert.Equal([Range(0, 20)], (await Manifest.ExpectMsgAsync<GetUncovered>()).Ranges);
        Answer(worker, Range(10, 20));
        await Permits.FishForMessageAsync(message => message is RequestPermit);
        Grant(worker);
        Assert.Equal(Range(10, 20), (await CommitNextAsync(worker)).Range);
        Assert.Equal([Range(0, 10), Range(10, 20)], Source.Opened);
        Assert.Equal(20, (await CountedEndAsync()).Records);
    }

    /// <summary>The word that it is committed may not have come into the journal before the worker went.</summary>
    [Fact]
    public async Task What_an_earlier_life_has_committed_itself_is_not_counted_again()
    {
        Source.Append(20);
        await KilledBeforeCommitAsync(Range(0, 10));
        var worker = NewWorker();
        worker.Tell(Assigned(Range(0, 20)), Coordinator);
        var offered = await CommitAskedAsync();

        worker.Tell(new Committed(Key.Backup, Key.Partition, offered.Assignment, offered.Entry.Range, 1) { WasThere = true }, Manifest);

        await Manifest.ExpectMsgAsync<GetUncovered>();
        Answer(worker, Range(10, 20));
        await Permits.FishForMessageAsync(message => message is RequestPermit);
        Grant(worker);
        await CommitNextAsync(worker);
        Assert.Equal(10, (await CountedEndAsync()).Records);
    }

    [Fact]
    public async Task What_the_ledger_refuses_of_an_earlier_life_is_read_again_and_offered_no_more()
    {
        Source.Append(10);
        var uploaded = await KilledBeforeCommitAsync(Range(0, 10));
        var worker = NewWorker();
        worker.Tell(Assigned(Range(0, 10)), Coordinator);

        Reject(worker, await CommitAskedAsync());

        await AnswerNextAsync(worker, Range(0, 10));
        var read = await CommitNextAsync(worker);
        Assert.Equal(uploaded.Range, read.Range);
        Assert.NotEqual(uploaded.Segment!.Key, read.Segment!.Key);
        await EndAsync();
        await AwaitAssertAsync(async () => Assert.Contains(new SegmentDropped(Range(0, 10)), await JournaledAsync()));
    }

    [Fact]
    public async Task An_upload_whose_object_is_gone_is_not_offered()
    {
        Source.Append(10);
        var uploaded = await KilledBeforeCommitAsync(Range(0, 10));
        await Memory.DeleteAsync(uploaded.Segment!.Key, CancellationToken.None);

        await AskingAsync(Range(0, 10));
    }

    [Fact]
    public async Task An_upload_of_another_topic_under_the_same_name_is_not_offered()
    {
        Source.Append(10);
        await KilledBeforeCommitAsync(Range(0, 10));
        var worker = NewWorker();

        worker.Tell(Assigned(Range(0, 10)) with { TopicId = "id-2" }, Coordinator);

        await Manifest.ExpectMsgAsync<GetUncovered>();
    }

    [Fact]
    public async Task A_worker_that_goes_lets_its_journal_write_what_was_committed()
    {
        Source.Append(10);
        var worker = await RunningAsync(Range(0, 10));
        var asked = await CommitAskedAsync();
        await AwaitAssertAsync(async () => Assert.Single(await JournaledAsync()));
        var silence = new Silence();
        await JournalWrites.SetInterceptorAsync(silence);
        Commit(worker, asked);
        await EndAsync();
        Watch(worker);

        worker.Tell((await Shard.ExpectMsgAsync<Passivate>()).StopMessage, Shard);
        await silence.Asked;
        await ExpectNoMsgAsync(Instant);
        silence.End();

        await ExpectTerminatedAsync(worker);
        Assert.IsType<SegmentCommitted>((await JournaledAsync())[^1]);
    }

    [Fact]
    public async Task A_worker_that_goes_does_not_wait_for_a_journal_that_never_answers()
    {
        Source.Append(10);
        var worker = await RunningAsync(Range(0, 10));
        var asked = await CommitAskedAsync();
        var silence = new Silence();
        await JournalWrites.SetInterceptorAsync(silence);
        Commit(worker, asked);
        await EndAsync();
        Watch(worker);
        worker.Tell((await Shard.ExpectMsgAsync<Passivate>()).StopMessage, Shard);
        await silence.Asked;

        await AwaitAssertAsync(async () =>
        {
            ((TestScheduler)Sys.Scheduler).Advance(PartitionWorkerActor.FarewellPatience);
            await ExpectTerminatedAsync(worker);
        });
    }

    [Fact]
    public async Task What_is_not_needed_any_more_is_deleted_from_the_journal()
    {
        SegmentRecords = 1;
        Settings = Settings with { CompactJournalEvery = 10 };
        Source.Append(24);
        var worker = await RunningAsync(Range(0, 24));

        for (var position = 0L; position < 24;)
        {
            position = (await CommitNextAsync(worker)).Range.Next;
        }

        await EndAsync();
        await AwaitAssertAsync(async () => Assert.InRange((await JournaledAsync()).Count, 0, 20));
    }

    [Fact]
    public void Its_name_in_the_journal_is_short_whatever_the_topic_is_called()
    {
        var longest = new PartitionKey(new BackupId(new string('b', 200)), new PartitionId(new string('t', 249), 123_456));
        var other = longest with { Partition = longest.Partition with { Number = 123_457 } };

        Assert.Equal(PartitionJournalActor.PersistenceIdOf(Key).Length, PartitionJournalActor.PersistenceIdOf(longest).Length);
        Assert.InRange(PartitionJournalActor.PersistenceIdOf(longest).Length, 1, 255);
        Assert.NotEqual(PartitionJournalActor.PersistenceIdOf(longest), PartitionJournalActor.PersistenceIdOf(other));
    }

    [Fact]
    public void Its_name_in_the_journal_never_changes() => Assert.Equal(
        "worker-f876ed6daf87", PartitionJournalActor.PersistenceIdOf(new PartitionKey(new BackupId("nightly"), new PartitionId("orders", 3)))[..19]);

    /// <summary>A worker that stored a segment, journaled it, and died before it was committed.</summary>
    private async Task<Shared.Ledger.LedgerEntry> KilledBeforeCommitAsync(OffsetRange range)
    {
        var worker = await RunningAsync(range);
        var asked = await CommitAskedAsync();
        await AwaitAssertAsync(async () => Assert.Single(await JournaledAsync()));
        Watch(worker);
        Sys.Stop(worker);
        await ExpectTerminatedAsync(worker);
        return asked.Entry;
    }

    private async Task<List<object>> JournaledAsync()
    {
        var reader = CreateTestProbe();
        Persistence.Instance.Apply(Sys).JournalFor(null)
            .Tell(new ReplayMessages(0, long.MaxValue, long.MaxValue, PartitionJournalActor.PersistenceIdOf(Key), reader), reader);
        var found = new List<object>();
        await reader.FishForMessageAsync(message =>
        {
            if (message is ReplayedMessage { Persistent: var journaled })
            {
                found.Add(journaled.Payload);
            }

            return message is RecoverySuccess;
        });
        return found;
    }

    /// <summary>Holds back every answer of the journal.</summary>
    private sealed class Silence : IJournalInterceptor
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Done once a first question waits.</summary>
        public Task Asked => _asked.Task;

        public void End() => _ended.SetResult();

        public Task InterceptAsync(IPersistentRepresentation message)
        {
            _asked.TrySetResult();
            return _ended.Task;
        }
    }
}
