using Akka.Actor;
using Akka.TestKit;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Testing.Protocol;
using Xunit;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;

namespace KafkaBackup.PartitionWorkers.Tests.Node;

public sealed class PermitsActorTests : PatientTestKit
{
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(50);
    private readonly IActorRef _permits;
    private readonly TestProbe _first;
    private readonly TestProbe _second;
    private readonly TestProbe _third;

    public PermitsActorTests()
        : base(WireHocon.Real)
    {
        _permits = Sys.ActorOf(PermitsActor.Props(1));
        (_first, _second, _third) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
    }

    [Fact]
    public async Task As_many_permits_are_out_as_there_are()
    {
        var permits = Sys.ActorOf(PermitsActor.Props(2));
        permits.Tell(RequestPermit.Instance, _first);
        permits.Tell(RequestPermit.Instance, _second);
        permits.Tell(RequestPermit.Instance, _third);

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

    private void Request(params TestProbe[] askers)
    {
        foreach (var asker in askers)
        {
            _permits.Tell(RequestPermit.Instance, asker);
        }
    }
}
