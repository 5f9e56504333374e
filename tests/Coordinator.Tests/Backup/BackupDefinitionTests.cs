using Akka.Actor;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using Xunit;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;

namespace KafkaBackup.Coordinator.Tests.Backup;

/// <summary>Runs of a cluster: the definition travels with them, and whoever wants one may ask more than once.</summary>
public sealed class BackupDefinitionTests : BackupCoordinatorTestBase
{
    private const string Definition = "backup_id: nightly";
    private static readonly Fault Unfit = new(FailureKind.Configuration, "The variable PASSWORD is not set.", IsRetryable: false);

    [Fact]
    public async Task The_definition_goes_to_the_ledger_and_to_each_worker()
    {
        HasOrders(1);
        var coordinator = NewCoordinator();
        coordinator.Tell(new StartBackup(Backup, Run) { Definition = Definition }, Requester);
        Assert.Equal(Definition, (await Manifest.ExpectMsgAsync<OpenLedger>()).Definition);

        coordinator.Tell(new LedgerOpened(Backup, Run), Manifest);
        await Manifest.ExpectMsgAsync<RecordSource>();
        Recorded(coordinator);

        Assert.Equal(Definition, (await AssignedAsync()).Definition);
    }

    [Fact]
    public async Task A_node_that_cannot_serve_a_backup_says_why_and_can_be_asked_again()
    {
        var coordinator = NewCoordinator();
        Environments.Unfit = Unfit;
        coordinator.Tell(new StartBackup(Backup, Run) { Definition = Definition }, Requester);
        var refused = await EndAsync();
        Assert.Equal((new Refusal("node-1", 2), 0), (refused.Refusal, refused.Placement));
        Assert.Equal([Unfit], refused.Failures);

        Environments.Unfit = null;
        coordinator.Tell(new StartBackup(Backup, Run) { Definition = Definition }, Requester);
        await Manifest.ExpectMsgAsync<OpenLedger>();
    }

    [Fact]
    public async Task A_ledger_that_the_singletons_node_cannot_write_is_written_here()
    {
        HasOrders(1);
        var (ledger, coordinator) = (CreateTestProbe(), NewCoordinator());
        LedgerProps = Props.Create(() => new Passing(ledger));
        coordinator.Tell(new StartBackup(Backup, Run) { Definition = Definition }, Requester);
        var open = await Manifest.ExpectMsgAsync<OpenLedger>();

        coordinator.Tell(new LedgerFailed(Backup, Run, Unfit) { IsUnfit = true }, Manifest);

        await Manifest.ExpectMsgAsync<LedgerTaken>();
        var writer = Manifest.Sender;
        Assert.Equal(open, await Manifest.ExpectMsgAsync<OpenLedger>()); // Which the singleton passes on.
        writer.Tell(open);
        Assert.Equal(open, await ledger.ExpectMsgAsync<OpenLedger>());
        coordinator.Tell(new LedgerOpened(Backup, Run), writer);
        await Manifest.ExpectMsgAsync<RecordSource>();

        coordinator.Tell(new LedgerFailed(Backup, Run, Unfit) { IsUnfit = true }, Manifest); // Another singleton, which knows of nothing.
        await Manifest.ExpectMsgAsync<LedgerTaken>();
        Assert.Equal(writer, Manifest.Sender);
        await Requester.ExpectNoMsgAsync(Instant);

        await WatchAsync(writer);
        coordinator.Tell(new LedgerOpened(Backup, Run), Manifest); // A singleton that can.
        await ExpectTerminatedAsync(writer);
        await Requester.ExpectNoMsgAsync(Instant);
    }

    private sealed class Passing(IActorRef to) : UntypedActor
    {
        protected override void OnReceive(object message) => to.Tell(message);
    }

    [Fact]
    public async Task A_run_is_not_made_again_for_one_who_did_not_hear_of_its_end()
    {
        var coordinator = NewCoordinator();
        coordinator.Tell(new StartBackup(Backup, Run), Requester);
        await Manifest.ExpectMsgAsync<OpenLedger>();
        coordinator.Tell(new LedgerFailed(Backup, Run, Unfit), Manifest);
        var first = await EndAsync();

        coordinator.Tell(new StartBackup(Backup, Run), Requester);

        Assert.Equivalent(first, await EndAsync());
        await Manifest.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task A_run_that_is_asked_for_again_after_a_coordinator_was_lost_is_told_apart_by_workers()
    {
        var made = 0;
        OwnName = run => new RunId($"{run}/{++made}");
        var (lost, next) = (NewCoordinator(), NewCoordinator());

        lost.Tell(new StartBackup(Backup, Run), Requester);
        Assert.Equal("run-1/1", (await Manifest.ExpectMsgAsync<OpenLedger>()).Run.Value);
        next.Tell(new StartBackup(Backup, Run), Requester);
        Assert.Equal("run-1/2", (await Manifest.ExpectMsgAsync<OpenLedger>()).Run.Value);
        next.Tell(new LedgerFailed(Backup, new RunId("run-1/2"), Unfit), Manifest);

        Assert.Equal(Run, (await EndAsync()).Run);
    }
}
