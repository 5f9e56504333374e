using Xunit;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;

namespace KafkaBackup.PartitionWorkers.Tests.Backup;

/// <content>A journal that fails or is silent.</content>
public sealed partial class PartitionWorkerJournalTests
{
    [Fact]
    public async Task A_journal_that_cannot_be_written_is_told_once_and_the_work_goes_on()
    {
        Source.Append(30);
        await JournalWrites.Fail();
        var worker = await RunningAsync(Range(0, 30));

        for (var position = 0L; position < 30;)
        {
            position = (await CommitNextAsync(worker)).Range.Next;
        }

        Assert.Null((await EndAsync()).Failure);
        await AwaitAssertAsync(() => Assert.Single(JournalWarnings));
        Assert.Contains("could not be written", Assert.Single(JournalWarnings));
    }

    [Fact]
    public async Task A_journal_that_rejects_an_event_is_told_once_and_the_work_goes_on()
    {
        Source.Append(20);
        await JournalWrites.Reject();
        var worker = await RunningAsync(Range(0, 20));

        await CommitNextAsync(worker);
        await CommitNextAsync(worker);

        Assert.Null((await EndAsync()).Failure);
        await AwaitAssertAsync(() => Assert.Single(JournalWarnings));
    }

    [Fact]
    public async Task A_journal_that_cannot_be_read_is_told_once_and_the_work_goes_on()
    {
        Source.Append(10);
        await KilledBeforeCommitAsync(Range(0, 10));
        await JournalReads.Fail();

        var worker = await AskingAsync(Range(0, 10));
        Answer(worker, Range(0, 10));
        await Permits.FishForMessageAsync(message => message is RequestPermit);
        Grant(worker);
        await CommitNextAsync(worker);
        Assert.Null((await EndAsync()).Failure);
        Assert.Contains("could not be read", Assert.Single(JournalWarnings));
    }

    [Fact]
    public async Task A_journal_that_never_answers_is_given_up_after_its_patience_is_told_once_and_the_work_goes_on()
    {
        Settings = Settings with { JournalPatience = TimeSpan.FromSeconds(1) };
        Source.Append(10);
        await KilledBeforeCommitAsync(Range(0, 10));
        var silence = new Silence();
        await JournalReads.SetInterceptorAsync(silence);
        var worker = NewWorker();
        worker.Tell(Assigned(Range(0, 10)), Coordinator);
        await silence.Asked;

        await PassAsync(worker, Settings.JournalPatience);

        await AnswerNextAsync(worker, Range(0, 10));
        await CommitNextAsync(worker);
        Assert.Null((await EndAsync()).Failure);
        Assert.Contains("could not be read (it did not answer for 1 s)", Assert.Single(JournalWarnings));
    }
}
