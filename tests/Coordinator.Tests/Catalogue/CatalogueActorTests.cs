using Akka.Actor;
using Akka.TestKit;
using KafkaBackup.Coordinator.Backup;
using KafkaBackup.Coordinator.Catalogue;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Protocol;
using KafkaBackup.Testing.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.CatalogueProtocol;

namespace KafkaBackup.Coordinator.Tests.Catalogue;

public sealed class CatalogueActorTests : PatientTestKit
{
    private static readonly BackupId Backup = new("nightly");
    private readonly MemoryObjectStore _memory = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly FaultyObjectStore _store;
    private readonly TestProbe _coordinators;
    private readonly TestProbe _user;

    public CatalogueActorTests()
        : base(WireHocon.WithTestScheduler)
    {
        _store = new FaultyObjectStore(_memory);
        (_coordinators, _user) = (CreateTestProbe(), CreateTestProbe());
    }

    [Fact]
    public async Task What_is_declared_is_stored_and_then_asked_for()
    {
        var keeper = NewKeeper();

        var declared = await DeclareAsync(keeper);

        var start = await _coordinators.ExpectMsgAsync<StartBackup>();
        Assert.Equal((Backup, declared.Current!.Id, "mode: backup"), (start.Backup, start.Run.Value, start.Definition));
        Assert.NotNull(await _memory.GetAsync("_catalogue/backups/nightly.json", CancellationToken.None));
    }

    [Fact]
    public async Task A_run_that_is_wanted_is_asked_for_again_and_again_under_the_same_name()
    {
        var keeper = NewKeeper();
        await DeclareAsync(keeper);
        var first = await _coordinators.ExpectMsgAsync<StartBackup>();

        await PassAsync(keeper, TimeSpan.FromSeconds(2));

        Assert.Equal(first, await _coordinators.ExpectMsgAsync<StartBackup>());
    }

    [Fact]
    public async Task A_run_that_a_node_refuses_is_asked_for_and_stopped_in_the_next_shard()
    {
        var keeper = NewKeeper();
        await DeclareAsync(keeper);
        var run = (await _coordinators.ExpectMsgAsync<StartBackup>()).Run;
        var refused = new BackupFinished(Backup, run) { Refusal = new Refusal("node-0", 3), Failures = [new Fault(FailureKind.Configuration, "It lacks X.", IsRetryable: false)] };

        keeper.Tell(refused, _coordinators);
        var again = await _coordinators.ExpectMsgAsync<StartBackup>();
        keeper.Tell(refused, _coordinators);
        keeper.Tell(new ChangeBackup(Backup, CatalogueOrder.Pause), _user);
        await _user.ExpectMsgAsync<CatalogueAnswer>();

        Assert.Equal((run, 1), (again.Run, again.Placement));
        Assert.Equal(1, (await _coordinators.ExpectMsgAsync<StopBackup>()).Placement);
        keeper.Tell(new BackupFinished(Backup, run) { WasStopped = true, Placement = 1 }, _coordinators);
        Assert.Empty((await GetAsync(keeper))!.Runs[0].Failures);
    }

    [Fact]
    public async Task Another_keeper_goes_on_with_what_is_in_the_store()
    {
        var first = NewKeeper();
        await DeclareAsync(first);
        var wanted = await _coordinators.ExpectMsgAsync<StartBackup>();
        Sys.Stop(first);

        var next = NewKeeper();

        Assert.Equal(wanted, await _coordinators.ExpectMsgAsync<StartBackup>());
        next.Tell(new BackupFinished(Backup, wanted.Run) { Records = 7 }, _coordinators);
        Assert.Equal(7, (await GetAsync(next))!.Runs[0].Records);
    }

    [Fact]
    public async Task A_paused_run_is_told_to_stop_until_it_has_ended()
    {
        var keeper = NewKeeper();
        await DeclareAsync(keeper);
        var run = (await _coordinators.ExpectMsgAsync<StartBackup>()).Run;

        keeper.Tell(new ChangeBackup(Backup, CatalogueOrder.Pause), _user);
        await _user.ExpectMsgAsync<CatalogueAnswer>();
        Assert.Equal(run, (await _coordinators.ExpectMsgAsync<StopBackup>()).Run);
        await PassAsync(keeper, TimeSpan.FromSeconds(2));
        Assert.Equal(run, (await _coordinators.ExpectMsgAsync<StopBackup>()).Run);

        keeper.Tell(new BackupFinished(Backup, run) { WasStopped = true }, _coordinators);
        Assert.Equal("Paused", (await GetAsync(keeper))!.State);
    }

    [Fact]
    public async Task When_the_store_fails_whoever_asked_hears_why_and_nothing_is_begun()
    {
        _store.Decide = call => call.Operation == StoreOperation.Put ? StoreFault.FailBefore() : null;
        var keeper = NewKeeper();

        keeper.Tell(new DeclareBackup(Backup, "mode: backup", false), _user);

        Assert.Equal(FailureKind.Storage, (await _user.ExpectMsgAsync<CatalogueAnswer>()).Problem!.Kind);
        Assert.Null(await GetAsync(keeper));
        await _coordinators.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public async Task An_order_about_a_backup_that_nobody_declared_is_refused()
    {
        var keeper = NewKeeper();

        keeper.Tell(new ChangeBackup(Backup, CatalogueOrder.Start), _user);

        Assert.Contains("No backup 'nightly' is declared", (await _user.ExpectMsgAsync<CatalogueAnswer>()).Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_schedule_begins_its_run_when_it_is_due()
    {
        var keeper = NewKeeper();
        await DeclareAsync(keeper, schedule: "* * * * *");
        await _coordinators.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));

        await PassAsync(keeper, TimeSpan.FromMinutes(1));

        await _coordinators.ExpectMsgAsync<StartBackup>();
    }

    [Fact]
    public async Task Backups_are_listed_in_pages()
    {
        var keeper = NewKeeper();
        for (var i = 0; i < MaxListed + 1; i++)
        {
            keeper.Tell(new DeclareBackup(new BackupId($"backup-{i:D3}"), "mode: backup", false), _user);
            await _user.ExpectMsgAsync<CatalogueAnswer>();
        }

        keeper.Tell(new GetBackups(null), _user);
        var first = await _user.ExpectMsgAsync<BackupList>();
        keeper.Tell(new GetBackups(first.Backups[^1].Backup.Value), _user);
        var last = await _user.ExpectMsgAsync<BackupList>();

        Assert.Equal((MaxListed, true, 1, false), (first.Backups.Count, first.HasMore, last.Backups.Count, last.HasMore));
        Assert.All(first.Backups, backup => Assert.Empty(backup.Definition));
    }

    private IActorRef NewKeeper() => Sys.ActorOf(CatalogueActor.Props(
        new CatalogueStore(_store), new CatalogueSettings(), _clock, new RunLog(NullLogger<RunLog>.Instance), _coordinators));

    private async Task<DeclaredBackup> DeclareAsync(IActorRef keeper, string? schedule = null)
    {
        keeper.Tell(new DeclareBackup(Backup, "mode: backup", false) { Schedule = schedule }, _user);
        return (await _user.ExpectMsgAsync<CatalogueAnswer>()).Backup!;
    }

    private async Task<DeclaredBackup?> GetAsync(IActorRef keeper)
    {
        keeper.Tell(new GetBackup(Backup), _user);
        return (await _user.ExpectMsgAsync<CatalogueAnswer>()).Backup;
    }

    private async Task PassAsync(IActorRef keeper, TimeSpan time)
    {
        await GetAsync(keeper);
        _clock.Advance(time);
        ((TestScheduler)Sys.Scheduler).Advance(time);
    }
}
