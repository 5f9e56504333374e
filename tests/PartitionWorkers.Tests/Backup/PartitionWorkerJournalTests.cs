using Akka.Persistence;
using KafkaBackup.PartitionWorkers.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using Xunit;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;

namespace KafkaBackup.PartitionWorkers.Tests.Backup;

/// <summary>The journal is a cache: what it tells, how long it grows, and that nothing hangs on it.</summary>
public sealed class PartitionWorkerJournalTests : PartitionWorkerTestBase
{
    [Fact]
    public async Task Resumes_with_an_empty_journal()
    {
        Source.Append(30);
        var worker = await AskingAsync(Range(0, 30));

        Answer(worker, Range(20, 30));
        await Permits.ExpectMsgAsync<RequestPermit>();
        Grant(worker);

        Assert.Equal(Range(20, 30), (await CommitNextAsync(worker)).Range);
        Assert.Null((await EndAsync()).Failure);
    }

    [Fact]
    public async Task The_ledger_wins_over_a_journal_that_says_more()
    {
        Source.Append(30);
        await CommittedAsync(0, 30);

        var worker = await AskingAsync(Range(0, 30));
        Assert.Equal(30, (await StatusAsync(worker)).Position);
        Answer(worker, Range(0, 10));
        await Permits.FishForMessageAsync(message => message is RequestPermit);
        Grant(worker);

        Assert.Equal(Range(0, 10), (await CommitNextAsync(worker)).Range);
    }

    [Fact]
    public async Task Remembers_how_far_its_own_commits_reached()
    {
        Source.Append(20);
        await CommittedAsync(0, 20);

        Assert.Equal(20, (await StatusAsync(NewWorker())).Position);
    }

    [Fact]
    public async Task Stops_when_the_journal_rejects_an_event()
    {
        Source.Append(20);

        await JournalWrites.Reject();
        var worker = await RunningAsync(Range(0, 20));
        Watch(worker);

        await CommitNextAsync(worker);

        await ExpectTerminatedAsync(worker);
    }

    [Fact]
    public async Task A_snapshot_takes_the_place_of_fifty_events()
    {
        SegmentRecords = 1;
        Source.Append(54);
        var worker = await RunningAsync(Range(0, 54));

        for (var position = 0L; position < 53;)
        {
            position = (await CommitNextAsync(worker)).Range.Next;
        }

        await AwaitAssertAsync(async () => Assert.Equal([51L, 52, 53], await JournaledAsync()));
        Watch(worker);
        Sys.Stop(worker);
        await ExpectTerminatedAsync(worker);
        Assert.Equal(53, (await StatusAsync(NewWorker())).Position);
    }

    [Fact]
    public void Its_name_in_the_journal_is_short_whatever_the_topic_is_called()
    {
        var longest = new PartitionKey(new BackupId(new string('b', 200)), new PartitionId(new string('t', 249), 123_456));
        var other = longest with { Partition = longest.Partition with { Number = 123_457 } };

        Assert.Equal(PartitionWorkerActor.PersistenceIdOf(Key).Length, PartitionWorkerActor.PersistenceIdOf(longest).Length);
        Assert.InRange(PartitionWorkerActor.PersistenceIdOf(longest).Length, 1, 255);
        Assert.NotEqual(PartitionWorkerActor.PersistenceIdOf(longest), PartitionWorkerActor.PersistenceIdOf(other));
    }

    [Fact]
    public void Its_name_in_the_journal_never_changes() =>
        Assert.Equal(
            "worker-f876ed6daf87",
            PartitionWorkerActor.PersistenceIdOf(new PartitionKey(new BackupId("nightly"), new PartitionId("orders", 3)))[..19]);

    /// <summary>Lets a worker commit all of a range, and ends it.</summary>
    private async Task CommittedAsync(long @base, long next)
    {
        var worker = await RunningAsync(Range(@base, next));
        for (var position = @base; position < next;)
        {
            position = (await CommitNextAsync(worker)).Range.Next;
        }

        await EndAsync();
        await PassivateAsync(worker);
    }

    private async Task<List<long>> JournaledAsync()
    {
        var reader = CreateTestProbe();
        Persistence.Instance.Apply(Sys).JournalFor(null)
            .Tell(new ReplayMessages(0, long.MaxValue, long.MaxValue, PartitionWorkerActor.PersistenceIdOf(Key), reader), reader);
        var found = new List<long>();
        await reader.FishForMessageAsync(message =>
        {
            if (message is ReplayedMessage { Persistent: var journaled })
            {
                found.Add(journaled.SequenceNr);
            }

            return message is RecoverySuccess;
        });
        return found;
    }
}
