using Akka.Actor;
using KafkaBackup.Shared;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;

namespace KafkaBackup.PartitionWorkers.Node;

/// <summary>Hands out the memory of this node, first come, first served. A holder that dies gives its permit back by dying.</summary>
/// <remarks>
/// A backup that has as many permits as it may have lets others pass; a permit that does not fit into what is left does not, or large ones
/// would wait for ever. One that is larger than all there is gets everything.
/// </remarks>
public sealed class PermitsActor : UntypedActor
{
    private readonly long _memoryBytes;
    private readonly WorkerMetrics _metrics;
    private readonly Dictionary<IActorRef, RequestPermit> _holders = [];
    private readonly Dictionary<BackupId, int> _held = [];
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
            if (--_held[held.Backup] == 0)
            {
                _held.Remove(held.Backup);
            }
        }

        _waiting.RemoveAll(waiting => waiting.From.Equals(holder));
        Grant();
    }

    private void Grant()
    {
        for (var i = 0; i < _waiting.Count;)
        {
            var (from, request) = _waiting[i];
            if (_held.GetValueOrDefault(request.Backup) >= request.Most)
            {
                i++;
            }
            else if (_holders.Count == 0 || _usedBytes + request.Bytes <= _memoryBytes)
            {
                _waiting.RemoveAt(i);
                _holders.Add(from, request);
                _held[request.Backup] = _held.GetValueOrDefault(request.Backup) + 1;
                _usedBytes += request.Bytes;
                from.Tell(PermitGranted.Instance);
            }
            else
            {
                return;
            }
        }
    }
}
