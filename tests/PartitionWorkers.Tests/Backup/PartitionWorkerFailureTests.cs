using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Testing.Storage;
using Xunit;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;

namespace KafkaBackup.PartitionWorkers.Tests.Backup;

/// <summary>Failures that pass, failures that stay, and logs that are no longer what they were.</summary>
public sealed class PartitionWorkerFailureTests : PartitionWorkerTestBase
{
    [Fact]
    public async Task Backs_off_after_a_failure_that_may_pass_and_asks_again()
    {
        Source.Append(10).FailAt(0, Passing("The broker is away."));
        var worker = await RunningAsync(Range(0, 10));
        await Permits.ExpectMsgAsync<ReleasePermit>();
        await PhaseIsAsync(worker, "Waiting");
        await Manifest.ExpectNoMsgAsync(Instant);

        await PassAsync(worker, Settings.FirstBackoff);
        await AnswerNextAsync(worker, Range(0, 10));

        Assert.Equal(Range(0, 10), (await CommitNextAsync(worker)).Range);
        Assert.Null((await EndAsync()).Failure);
    }

    [Fact]
    public async Task Each_failure_in_a_row_makes_the_pause_longer()
    {
        Source.Append(10).FailAt(0, Passing("Once.")).FailAt(0, Passing("Twice."));
        var worker = await RunningAsync(Range(0, 10));
        await PhaseIsAsync(worker, "Waiting");
        await PassAsync(worker, Settings.FirstBackoff);
        await AnswerNextAsync(worker, Range(0, 10));
        await Permits.ExpectMsgAsync<ReleasePermit>();
        await PhaseIsAsync(worker, "Waiting");

        await PassAsync(worker, Settings.FirstBackoff);
        await Manifest.ExpectNoMsgAsync(Instant);
        await PassAsync(worker, Settings.FirstBackoff);

        await Manifest.ExpectMsgAsync<GetUncovered>();
    }

    [Fact]
    public async Task Gives_up_after_too_many_failures_in_a_row()
    {
        Settings = Settings with { MaxFailures = 2 };
        Source.Append(10).FailAt(0, Passing("Once.")).FailAt(0, Passing("Twice."));
        var worker = await RunningAsync(Range(0, 10));
        await PhaseIsAsync(worker, "Waiting");
        await PassAsync(worker, Settings.FirstBackoff);
        await AnswerNextAsync(worker, Range(0, 10));

        Assert.Equal(new Fault(FailureKind.Source, "Twice.", IsRetryable: true), (await EndAsync()).Failure);
        await PassivateAsync(worker);
    }

    [Fact]
    public async Task A_commit_between_them_makes_failures_count_anew()
    {
        Settings = Settings with { MaxFailures = 2 };
        Source.Append(20).FailAt(0, Passing("Once.")).FailAt(10, Passing("Once more."));
        var worker = await RunningAsync(Range(0, 20));
        await PhaseIsAsync(worker, "Waiting");
        await PassAsync(worker, Settings.FirstBackoff);
        await AnswerNextAsync(worker, Range(0, 20));
        await CommitNextAsync(worker);
        await PhaseIsAsync(worker, "Waiting");

        await PassAsync(worker, Settings.FirstBackoff);
        await AnswerNextAsync(worker, Range(10, 20));

        Assert.Equal(Range(10, 20), (await CommitNextAsync(worker)).Range);
        Assert.Null((await EndAsync()).Failure);
    }

    [Fact]
    public async Task A_final_failure_ends_with_the_failure_after_what_is_uploaded_was_committed()
    {
        Source.Append(20).FailAt(10, new BackupException(FailureKind.Source, "A record is too large."));
        var worker = await RunningAsync(Range(0, 20));

        Assert.Equal(Range(0, 10), (await CommitNextAsync(worker)).Range);

        Assert.Equal(new Fault(FailureKind.Source, "A record is too large.", IsRetryable: false), (await EndAsync()).Failure);
        await PassivateAsync(worker);
    }

    [Fact]
    public async Task An_upload_that_fails_for_good_ends_with_the_failure_of_the_store()
    {
        Store.Decide = _ => StoreFault.FailBefore(retryable: false);
        Source.Append(10);
        await RunningAsync(Range(0, 10));

        Assert.Equal(FailureKind.Storage, (await EndAsync()).Failure?.Kind);
        await Manifest.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task Records_a_gap_when_retention_overtook_it()
    {
        Source.Append(10).DeleteBefore(5);
        var worker = await RunningAsync(Range(0, 10));

        await Manifest.ExpectMsgAsync<GetUncovered>();
        Answer(worker, Range(0, 10));
        var gap = await CommitNextAsync(worker);
        Assert.Equal(Range(0, 5), gap.Range);
        Assert.Null(gap.Segment);
        Assert.Equal(new Gap(Gap.OffsetOutOfRange, Clock.GetUtcNow().ToUnixTimeMilliseconds()), gap.Gap);

        await AnswerNextAsync(worker, Range(5, 10));
        Assert.Equal(Range(5, 10), (await CommitNextAsync(worker)).Range);
        Assert.Null((await EndAsync()).Failure);
    }

    [Fact]
    public async Task Records_a_gap_behind_what_it_had_read_before()
    {
        var gate = Source.Append(30).HoldAt(10);
        var worker = await RunningAsync(Range(0, 30));
        var first = await CommitAskedAsync();
        Source.DeleteBefore(25);
        gate.SetResult();
        Commit(worker, first);

        await Manifest.ExpectMsgAsync<GetUncovered>();
        Answer(worker, Range(10, 30));

        Assert.Equal(Range(10, 25), (await CommitNextAsync(worker)).Range);
        await AnswerNextAsync(worker, Range(25, 30));
        Assert.Equal(Range(25, 30), (await CommitNextAsync(worker)).Range);
        await EndAsync();
    }

    [Fact]
    public async Task A_gap_that_the_ledger_rejects_is_looked_at_anew()
    {
        Source.Append(10).DeleteBefore(5);
        var worker = await RunningAsync(Range(0, 10));
        await Manifest.ExpectMsgAsync<GetUncovered>();
        Answer(worker, Range(0, 10));

        Reject(worker, await CommitAskedAsync());

        await AnswerNextAsync(worker, Range(7, 10));
        Assert.Equal(Range(7, 10), (await CommitNextAsync(worker)).Range);
        Assert.Null((await EndAsync()).Failure);
    }

    [Fact]
    public async Task A_log_that_ends_earlier_is_a_failure_and_no_gap()
    {
        Source.Append(100).EndAt(30);
        var worker = await RunningAsync(Range(50, 100));

        await Manifest.ExpectMsgAsync<GetUncovered>();
        Answer(worker, Range(50, 100));

        var failure = (await EndAsync()).Failure!;
        Assert.Equal((FailureKind.Source, false), (failure.Kind, failure.IsRetryable));
        Assert.Contains("orders:3 has no offset 50", failure.Message, StringComparison.Ordinal);
        await Manifest.ExpectNoMsgAsync(Instant);
        await PassivateAsync(worker);
    }

    [Fact]
    public async Task A_catalog_that_does_not_answer_is_asked_again_after_a_pause()
    {
        Cluster.CatalogGate = Task.FromException(Passing("No broker answers."));
        Source.Append(10).DeleteBefore(5);
        var worker = await RunningAsync(Range(0, 10));
        await Manifest.ExpectMsgAsync<GetUncovered>();
        Answer(worker, Range(0, 10));
        await AwaitAssertAsync(() => Assert.Equal(1, Cluster.BoundsRead));
        await PhaseIsAsync(worker, "Waiting");
        Cluster.CatalogGate = Task.CompletedTask;

        await AwaitAssertAsync(async () =>
        {
            await PassAsync(worker, Settings.FirstBackoff);
            await Manifest.ExpectMsgAsync<GetUncovered>(TimeSpan.FromMilliseconds(100));
        });
        Answer(worker, Range(0, 10));

        Assert.Equal(Range(0, 5), (await CommitNextAsync(worker)).Range);
    }

    private static BackupException Passing(string message) => new(FailureKind.Source, message) { IsRetryable = true };
}
