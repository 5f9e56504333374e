using Akka.Actor;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;

namespace KafkaBackup.PartitionWorkers.Node;

/// <summary>Hands out the memory of this node, first come, first served. A holder that dies gives its permit back by dying.</summary>
/// <remarks>
/// A backup or restore that has as much as it may have lets others pass; a permit that does not fit into what is left does not, or large ones
/// would wait for ever. One that is larger than all there is gets everything. As many workers wait as a backup has partitions, so nothing here
/// goes through all of them: of each user only the one in front matters.
/// </remarks>
public sealed class PermitsActor : UntypedActor
{
    private readonly long _memoryBytes;
    private readonly WorkerMetrics _metrics;
    private readonly Dictionary<IActorRef, RequestPermit> _holders = [];
    private readonly Dictionary<PermitUser, (int Count, long Bytes)> _held = [];
    private readonly Dictionary<PermitUser, LinkedList<Wish>> _queues = [];
    private readonly Dictionary<IActorRef, LinkedListNode<Wish>> _waiting = [];
    private long _usedBytes;
    private long _turns;

    /// <summary>An actor that hands out <paramref name="memoryBytes"/>.</summary>
    public PermitsActor(long memoryBytes, WorkerMetrics metrics)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(memoryBytes, 1);
        (_memoryBytes, _metrics) = (memoryBytes, metrics);
        Show();
    }

    /// <summary>The recipe of a permits actor.</summary>
    /// <param name="memoryBytes">What it hands out, at least 1.</param>
    /// <param name="metrics">Where it shows how that goes. Default: nowhere.</param>
    public static Props Props(long memoryBytes, WorkerMetrics? metrics = null) =>
        Akka.Actor.Props.Create(() => new PermitsActor(memoryBytes, metrics ?? WorkerMetrics.Unread));

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RequestPermit when _holders.ContainsKey(Sender):
                Sender.Tell(PermitGranted.Instance); // Its first answer was for an earlier request, which it has forgotten.
                break;
            case RequestPermit request when !_waiting.ContainsKey(Sender):
                Context.Watch(Sender);
                Enqueue(new Wish(_turns++, Sender, request));
                Grant();
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

        Show();
    }

    private void Show() => _metrics.Use(new PermitUse(_holders.Count, _waiting.Count, _usedBytes, _memoryBytes));

    private void Forget(IActorRef holder)
    {
        if (_holders.Remove(holder, out var held))
        {
            _usedBytes -= held.Bytes;
            var (count, bytes) = _held[held.User];
            _held[held.User] = (count - 1, bytes - held.Bytes);
            if (count == 1)
            {
                _held.Remove(held.User);
            }
        }

        Dequeue(holder);
        Grant();
    }

    private void Enqueue(Wish wish)
    {
        if (!_queues.TryGetValue(wish.Request.User, out var queue))
        {
            _queues.Add(wish.Request.User, queue = []);
        }

        _waiting.Add(wish.From, queue.AddLast(wish));
    }

    private void Dequeue(IActorRef from)
    {
        if (_waiting.Remove(from, out var place))
        {
            var queue = place.List!;
            queue.Remove(place);
            if (queue.Count == 0)
            {
                _queues.Remove(place.Value.Request.User);
            }
        }
    }

    private void Grant()
    {
        while (NextToGrant() is { } wish)
        {
            Dequeue(wish.From);
            var (user, bytes) = (wish.Request.User, wish.Request.Bytes);
            var (count, held) = _held.GetValueOrDefault(user);
            _holders.Add(wish.From, wish.Request);
            _held[user] = (count + 1, held + bytes);
            _usedBytes += bytes;
            wish.From.Tell(PermitGranted.Instance);
        }
    }

    /// <summary>Small permits of a user do not pass its own large one, or that would wait for ever: so there is one of each user to look at.</summary>
    private Wish? NextToGrant()
    {
        var passesRestores = false;
        foreach (var wish in _queues.Values.Select(queue => queue.First!.Value).OrderBy(wish => wish.Turn))
        {
            var request = wish.Request;
            var (count, bytes) = _held.GetValueOrDefault(request.User);
            var isBeyond = request.User.IsRestore && (passesRestores || IsBeyond(request)); // What restores hold lasts: backups go on beside them.
            passesRestores |= isBeyond;
            if (!isBeyond && count < request.Most && (count == 0 || bytes + request.Bytes <= request.MostBytes))
            {
                return _holders.Count == 0 || _usedBytes + request.Bytes <= _memoryBytes ? wish : null;
            }
        }

        return null;
    }

    private bool IsBeyond(RequestPermit request)
    {
        var restores = _held.Where(held => held.Key.IsRestore).Sum(held => held.Value.Bytes);
        return restores > 0 && restores + request.Bytes > request.MostOfRestores;
    }

    /// <summary>A permit that is waited for.</summary>
    private sealed record Wish(long Turn, IActorRef From, RequestPermit Request);
}
