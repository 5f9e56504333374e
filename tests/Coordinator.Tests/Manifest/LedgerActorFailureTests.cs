using KafkaBackup.Coordinator.Manifest;
using KafkaBackup.Coordinator.Tests.Backup;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Shared;
using KafkaBackup.Testing.Storage;
using Xunit;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;

namespace KafkaBackup.Coordinator.Tests.Manifest;

/// <summary>Other writers, failing stores, and one actor for each backup.</summary>
public sealed class LedgerActorFailureTests : LedgerActorTestBase
{
    [Fact]
    public async Task A_fenced_writer_tells_the_coordinator_and_answers_no_worker()
    {
        var manifest = await OpenAsync();
        await CommittedAsync(manifest, CommitOf(0));
        await TakeOverAsync();
        Watch(manifest);

        manifest.Tell(CommitOf(1, epoch: 1), Worker);
        LetCommit();

        var failed = await Coordinator.ExpectMsgAsync<LedgerFailed>();
        Assert.Equal((Run, FailureKind.Fenced), (failed.Run, failed.Failure.Kind));
        Assert.Contains("another process", failed.Failure.Message, StringComparison.OrdinalIgnoreCase);
        await ExpectTerminatedAsync(manifest);
        await Worker.ExpectNoMsgAsync(Instant);
        Assert.Equal([Ledgers.Orders(0)], (await Ledgers.ReadAsync(Memory)).Partitions.Keys);
    }

    [Fact]
    public async Task A_lost_answer_to_its_own_swap_is_no_fence()
    {
        IsPatient = true;
        var manifest = await OpenAsync();
        await CommittedAsync(manifest, CommitOf(0));
        Store.Decide = call => IsHeadPut(call) && call.Nth == 3 ? StoreFault.FailAfter() : null;

        Assert.Equal(Ledgers.Orders(1), (await CommittedAsync(manifest, CommitOf(1, epoch: 1))).Partition);

        Assert.Equal(2, (await Ledgers.ReadAsync(Memory)).Head.EntryCount);
    }

    [Fact]
    public async Task A_store_that_fails_for_good_is_reported_and_no_worker_is_answered()
    {
        var manifest = await OpenAsync();
        Store.Decide = call => IsHeadPut(call) ? StoreFault.FailBefore() : null;
        Watch(manifest);

        manifest.Tell(CommitOf(0), Worker);

        Assert.Equal(FailureKind.Storage, (await Coordinator.ExpectMsgAsync<LedgerFailed>()).Failure.Kind);
        await ExpectTerminatedAsync(manifest);
        await Worker.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task A_ledger_that_cannot_be_read_is_reported()
    {
        Store.Decide = call => call.Operation == StoreOperation.Get ? StoreFault.FailBefore(retryable: false) : null;

        NewManifest().Tell(new OpenLedger(Backup, Run), Coordinator);

        var failed = await Coordinator.ExpectMsgAsync<LedgerFailed>();
        Assert.Equal((Run, FailureKind.Storage), (failed.Run, failed.Failure.Kind));
    }

    [Fact]
    public async Task Another_cluster_is_refused_when_the_source_is_recorded()
    {
        await Ledgers.CommitAsync(Memory, [], clusterId: "another");
        var manifest = await OpenAsync();

        manifest.Tell(new RecordSource(Backup, Run, "cluster-1", []), Coordinator);

        Assert.Equal(FailureKind.Source, (await Coordinator.ExpectMsgAsync<LedgerFailed>()).Failure.Kind);
    }

    [Fact]
    public async Task The_singleton_keeps_backups_apart()
    {
        var singleton = Sys.ActorOf(ManifestSingletonActor.Props(Services()));
        var other = new BackupId("weekly");
        singleton.Tell(new OpenLedger(Backup, Run), Coordinator);
        await Coordinator.ExpectMsgAsync(new LedgerOpened(Backup, Run));
        singleton.Tell(new OpenLedger(other, Run), Coordinator);
        await Coordinator.ExpectMsgAsync(new LedgerOpened(other, Run));

        singleton.Tell(CommitOf(0), Worker);

        await Worker.ExpectMsgAsync<Committed>();
        Assert.NotNull(await Memory.GetAsync(BackupKeys.Head(Backup), CancellationToken.None));
        Assert.Null(await Memory.GetAsync(BackupKeys.Head(other), CancellationToken.None));
    }

    [Fact]
    public async Task After_a_failure_the_singleton_starts_anew_from_the_store()
    {
        var singleton = Sys.ActorOf(ManifestSingletonActor.Props(Services()));
        await OpenAsync(singleton, Run);
        await CommittedAsync(singleton, CommitOf(0));
        await TakeOverAsync();
        singleton.Tell(CommitOf(1, epoch: 1), Worker);
        LetCommit();
        await Coordinator.ExpectMsgAsync<LedgerFailed>();

        // The failed actor is on its way out; what is told to it until then is lost, and asked again.
        var next = new RunId("run-2");
        await AwaitAssertAsync(async () =>
        {
            singleton.Tell(new OpenLedger(Backup, next), Coordinator);
            await Coordinator.ExpectMsgAsync(new LedgerOpened(Backup, next), TimeSpan.FromMilliseconds(200));
        });
        var committed = await CommittedAsync(singleton, CommitOf(1, epoch: 2));

        Assert.Equal(3, committed.Epoch);
        Assert.Equal(2, (await Ledgers.ReadAsync(Memory)).Head.EntryCount);
    }

    [Fact]
    public async Task Whoever_takes_a_ledger_over_is_passed_all_that_concerns_it_for_as_long_as_it_lives()
    {
        var (singleton, other) = (Sys.ActorOf(ManifestSingletonActor.Props(Services())), CreateTestProbe());
        await OpenAsync(singleton, Run);

        singleton.Tell(new LedgerTaken(Backup), other);
        singleton.Tell(CommitOf(0), Worker);

        await other.ExpectMsgAsync<CommitSegment>();
        Assert.Equal(Worker, other.Sender);
        Sys.Stop(other);
        await AwaitAssertAsync(async () =>
        {
            singleton.Tell(new OpenLedger(Backup, Run), Coordinator);
            await Coordinator.ExpectMsgAsync(new LedgerOpened(Backup, Run), TimeSpan.FromMilliseconds(200));
        });
    }

    private async Task TakeOverAsync()
    {
        var other = Ledgers.Writer(Memory, "another process");
        await other.LoadAsync(CancellationToken.None);
        await other.ClaimAsync(CancellationToken.None);
    }
}
