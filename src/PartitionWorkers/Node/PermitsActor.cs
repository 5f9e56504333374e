using Akka.Actor;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;

namespace KafkaBackup.PartitionWorkers.Node;

/// <summary>Hands out the permits of this node, first come, first served. A holder that dies gives its permit back by dying.</summary>
public sealed class PermitsActor : UntypedActor
{
    private readonly int _slots;
    private readonly HashSet<IActorRef> _holders = [];
    private readonly List<IActorRef> _waiting = [];

    /// <summary>An actor with <paramref name="slots"/> permits.</summary>
    public PermitsActor(int slots)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        _slots = slots;
    }

    /// <summary>The recipe of a permits actor with <paramref name="slots"/> permits, at least 1.</summary>
    public static Props Props(int slots) => Akka.Actor.Props.Create(() => new PermitsActor(slots));

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RequestPermit when _holders.Contains(Sender):
                Sender.Tell(PermitGranted.Instance); // Its first answer was for an earlier request, which it has forgotten.
                break;
            case RequestPermit when !_waiting.Contains(Sender):
                Context.Watch(Sender);
                _waiting.Add(Sender);
                GrantNext();
                break;
            case RequestPermit:
                break;
            case ReleasePermit:
                Context.Unwatch(Sender);
                Forget(Sender);
                break;
            case Terminated terminated:
                Forget(terminated.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Forget(IActorRef holder)
    {
        _holders.Remove(holder);
        _waiting.Remove(holder);
        GrantNext();
    }

    private void GrantNext()
    {
        while (_holders.Count < _slots && _waiting.Count > 0)
        {
            var next = _waiting[0];
            _waiting.RemoveAt(0);
            _holders.Add(next);
            next.Tell(PermitGranted.Instance);
        }
    }
}
