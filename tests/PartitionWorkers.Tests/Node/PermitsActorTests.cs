using Akka.Actor;
using Akka.TestKit;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared;
using KafkaBackup.Testing.Protocol;
using Xunit;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;

namespace KafkaBackup.PartitionWorkers.Tests.Node;

public sealed class PermitsActorTests : PatientTestKit
{
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(50);
    private static readonly RequestPermit Wanted = new(PermitUser.Of(new BackupId("nightly")), Bytes: 10, Most: 100);
    private readonly IActorRef _permits;
    private readonly TestProbe _first;
    private readonly TestProbe _second;
    private readonly TestProbe _third;

    public PermitsActorTests()
        : base(WireHocon.Real)
    {
        _permits = Sys.ActorOf(PermitsActor.Props(10));
        (_first, _second, _third) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
    }

    [Fact]
    public async Task As_many_permits_are_out_as_there_are()
    {
        var permits = Sys.ActorOf(PermitsActor.Props(20));
        permits.Tell(Wanted, _first);
        permits.Tell(Wanted, _second);
        permits.Tell(Wanted, _third);

        await _first.ExpectMsgAsync<PermitGranted>();
        await _second.ExpectMsgAsync<PermitGranted>();
        await _third.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task First_come_first_served()
    {
        Request(_first, _second, _third);
        await _first.ExpectMsgAsync<PermitGranted>();

        _permits.Tell(ReleasePermit.Instance, _first);
        await _second.ExpectMsgAsync<PermitGranted>();
        await _third.ExpectNoMsgAsync(Instant);

        _permits.Tell(ReleasePermit.Instance, _second);
        await _third.ExpectMsgAsync<PermitGranted>();
    }

    [Fact]
    public async Task A_holder_that_dies_gives_its_permit_back()
    {
        Request(_first, _second);
        await _first.ExpectMsgAsync<PermitGranted>();

        Sys.Stop(_first);

        await _second.ExpectMsgAsync<PermitGranted>();
    }

    [Fact]
    public async Task Who_dies_while_waiting_is_passed_over()
    {
        Request(_first, _second, _third);
        await _first.ExpectMsgAsync<PermitGranted>();

        Watch(_second);
        Sys.Stop(_second);
        await ExpectTerminatedAsync(_second);
        _permits.Tell(ReleasePermit.Instance, _first);

        await _third.ExpectMsgAsync<PermitGranted>();
    }

    [Fact]
    public async Task Who_leaves_the_queue_is_passed_over()
    {
        Request(_first, _second, _third);
        await _first.ExpectMsgAsync<PermitGranted>();

        _permits.Tell(ReleasePermit.Instance, _second);
        _permits.Tell(ReleasePermit.Instance, _first);

        await _third.ExpectMsgAsync<PermitGranted>();
        await _second.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task A_holder_that_asks_again_is_answered_and_holds_one_permit_only()
    {
        Request(_first, _first, _second);

        await _first.ExpectMsgAsync<PermitGranted>();
        await _first.ExpectMsgAsync<PermitGranted>();
        _permits.Tell(ReleasePermit.Instance, _first);
        await _second.ExpectMsgAsync<PermitGranted>();
    }

    [Fact]
    public async Task Asking_again_while_waiting_is_no_second_place_in_the_queue()
    {
        Request(_first, _second, _second, _third);
        await _first.ExpectMsgAsync<PermitGranted>();

        _permits.Tell(ReleasePermit.Instance, _first);
        await _second.ExpectMsgAsync<PermitGranted>();
        _permits.Tell(ReleasePermit.Instance, _second);

        await _third.ExpectMsgAsync<PermitGranted>();
        await _second.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task Giving_back_what_was_never_had_makes_no_permit()
    {
        Request(_first);
        await _first.ExpectMsgAsync<PermitGranted>();

        _permits.Tell(ReleasePermit.Instance, _second);
        Request(_third);

        await _third.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task All_restores_together_leave_to_backups_what_is_not_theirs()
    {
        var permits = Sys.ActorOf(PermitsActor.Props(40));
        permits.Tell(OfRestore("one"), _first);
        permits.Tell(OfRestore("two"), _second);
        permits.Tell(OfRestore("three"), _third);
        var backup = CreateTestProbe();
        permits.Tell(Wanted with { Bytes = 20 }, backup);

        await _first.ExpectMsgAsync<PermitGranted>();
        await _second.ExpectMsgAsync<PermitGranted>();
        await backup.ExpectMsgAsync<PermitGranted>();
        await _third.ExpectNoMsgAsync(Instant);

        permits.Tell(ReleasePermit.Instance, _first);
        await _third.ExpectMsgAsync<PermitGranted>();

        static RequestPermit OfRestore(string attempt) => Wanted with { User = PermitUser.OfRestore(attempt), MostBytes = 20, MostOfRestores = 20 };
    }

    [Fact]
    public async Task A_backup_that_has_all_it_may_have_lets_others_pass()
    {
        var permits = Sys.ActorOf(PermitsActor.Props(1000));
        permits.Tell(Wanted with { Most = 1 }, _first);
        permits.Tell(Wanted with { Most = 1 }, _second);
        permits.Tell(Wanted with { User = PermitUser.Of(new BackupId("hourly")), Most = 1 }, _third);

        await _first.ExpectMsgAsync<PermitGranted>();
        await _third.ExpectMsgAsync<PermitGranted>();
        await _second.ExpectNoMsgAsync(Instant);

        permits.Tell(ReleasePermit.Instance, _first);
        await _second.ExpectMsgAsync<PermitGranted>();
    }

    [Fact]
    public async Task A_large_permit_is_not_passed_by_small_ones_for_ever()
    {
        _permits.Tell(Wanted with { Bytes = 6 }, _first);
        _permits.Tell(Wanted with { Bytes = 8 }, _second);
        _permits.Tell(Wanted with { Bytes = 2 }, _third);
        await _first.ExpectMsgAsync<PermitGranted>();
        await _third.ExpectNoMsgAsync(Instant);

        _permits.Tell(ReleasePermit.Instance, _first);

        await _second.ExpectMsgAsync<PermitGranted>();
        await _third.ExpectMsgAsync<PermitGranted>();
    }

    [Fact]
    public async Task One_that_is_larger_than_all_memory_gets_all_of_it()
    {
        _permits.Tell(Wanted with { Bytes = 50 }, _first);
        _permits.Tell(Wanted with { Bytes = 1 }, _second);

        await _first.ExpectMsgAsync<PermitGranted>();
        await _second.ExpectNoMsgAsync(Instant);
    }

    [Fact]
    public async Task What_a_user_may_have_together_bounds_it_and_no_other()
    {
        var permits = Sys.ActorOf(PermitsActor.Props(1000));
        var (restore, fourth) = (Wanted with { User = PermitUser.OfRestore("nightly"), MostBytes = 25 }, CreateTestProbe());
        permits.Tell(restore with { Bytes = 20 }, _first);
        permits.Tell(restore with { Bytes = 6 }, _second);
        permits.Tell(restore with { Bytes = 5 }, _third);
        permits.Tell(Wanted, fourth);

        await _first.ExpectMsgAsync<PermitGranted>();
        await fourth.ExpectMsgAsync<PermitGranted>();
        await _second.ExpectNoMsgAsync(Instant);
        await _third.ExpectNoMsgAsync(Instant); // It would fit, and its own one before it would wait for ever.

        permits.Tell(ReleasePermit.Instance, _first);
        await _second.ExpectMsgAsync<PermitGranted>();
        await _third.ExpectMsgAsync<PermitGranted>();
    }

    [Fact]
    public async Task One_that_is_larger_than_its_user_may_have_gets_all_of_that()
    {
        var permits = Sys.ActorOf(PermitsActor.Props(1000));
        permits.Tell(Wanted with { Bytes = 50, MostBytes = 25 }, _first);
        permits.Tell(Wanted with { Bytes = 1, MostBytes = 25 }, _second);

        await _first.ExpectMsgAsync<PermitGranted>();
        await _second.ExpectNoMsgAsync(Instant);
    }

    private void Request(params TestProbe[] askers)
    {
        foreach (var asker in askers)
        {
            _permits.Tell(Wanted, asker);
        }
    }
}
