using Akka.Actor;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;

namespace KafkaBackup.PartitionWorkers.Node;

/// <summary>Hands out the memory of this node, first come, first served. A holder that dies gives its permit back by dying.</summary>
/// <remarks>
/// A backup or restore that has as much as it may have lets others pass; a permit that does not fit into what is left does not, or large ones
/// would wait for ever. One that is larger than all there is gets everything.
/// </remarks>
public sealed class PermitsActor : UntypedActor
{
    private readonly long _memoryBytes;
    private readonly WorkerMetrics _metrics;
    private readonly Dictionary<IActorRef, RequestPermit> _holders = [];
    private readonly Dictionary<PermitUser, (int Count, long Bytes)> _held = [];
    private readonly List<(IActorRef From, RequestPermit Request)> _waiting = [];
    private long _usedBytes;

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
            case RequestPermit request when _waiting.All(waiting => !waiting.From.Equals(Sender)):
                Context.Watch(Sender);
                _waiting.Add((Sender, request));
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

        _waiting.RemoveAll(waiting => waiting.From.Equals(holder));
        Grant();
    }

    private void Grant()
    {
        HashSet<PermitUser> passed = []; // Small permits of a user do not pass its own large one, or that would wait for ever.
        var passesRestores = false;
        for (var i = 0; i < _waiting.Count;)
        {
            var (from, request) = _waiting[i];
            var (count, bytes) = _held.GetValueOrDefault(request.User);
            var isBeyond = request.User.IsRestore && (passesRestores || IsBeyond(request)); // What restores hold lasts: backups go on beside them.
            passesRestores |= isBeyond;
            if (isBeyond || passed.Contains(request.User) || count >= request.Most || (count > 0 && bytes + request.Bytes > request.MostBytes))
            {
                passed.Add(request.User);
                i++;
            }
            else if (_holders.Count == 0 || _usedBytes + request.Bytes <= _memoryBytes)
            {
                _waiting.RemoveAt(i);
                _holders.Add(from, request);
                _held[request.User] = (count + 1, bytes + request.Bytes);
                _usedBytes += request.Bytes;
                from.Tell(PermitGranted.Instance);
            }
            else
            {
                return;
            }
        }
    }

    private bool IsBeyond(RequestPermit request)
    {
        var restores = _held.Where(held => held.Key.IsRestore).Sum(held => held.Value.Bytes);
        return restores > 0 && restores + request.Bytes > request.MostOfRestores;
    }
}
