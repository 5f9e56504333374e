using Akka.Actor;
using Akka.Event;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.RestoreNodeProtocol;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Restore.Nodes;

/// <summary>Stands for the workers of a batch of partitions, whichever node they are on: orders them, asks how far they are, and orders them from another node when theirs is gone.</summary>
/// <remarks>
/// <code>
/// State      Leaves on                                                   Goes to
/// Placing    a node that takes work is there                             Working
///            none that is there takes any                                stops: all failed
/// Working    NodeNews: the last one has ended                            stops
///            NodeNews: refused                                           Placing
///            NodeNews: not known; or given back, and nobody stopped it   Looking
///            no news for so long that the node has cut itself off        Looking
/// Looking    Looked: the target tells how much is there                  Placing
///            LookFailed                                                  stops: what is left failed
/// StopRestore: Working: passed on; Placing, Looking: stops
/// </code>
/// A partition is never ordered from two nodes at a time: the first one is known to write no more, or to be another process than it was.
/// </remarks>
internal sealed class RestoreProxyActor : UntypedActor, IWithTimers
{
    /// <summary>Of so many partitions at the source a message has room to say how far they go.</summary>
    private const int MostSources = 4_000;

    private readonly RestoreServices _services;
    private readonly RestoreCrew _crew;
    private readonly CancellationTokenSource _gone = new();
    private readonly Dictionary<PartitionId, RestorePartition> _left;
    private Address? _node;
    private string _batch = "";
    private int _ordered;
    private long _heardAt;
    private readonly HashSet<PartitionId> _givenBack = [];
    private long _asked;
    private long _heard;
    private bool _isLooking;
    private bool _isStopping;
    private bool _hasSaidNone;

    /// <summary>A proxy for the workers of <paramref name="orders"/>.</summary>
    public RestoreProxyActor(RestoreServices services, RestoreCrew crew, IReadOnlyList<RestorePartition> orders) =>
        (_services, _crew, _left) = (services, crew, orders.ToDictionary(order => order.Target));

    /// <summary>Props of a proxy.</summary>
    /// <param name="services">What the restore has.</param>
    /// <param name="crew">The nodes.</param>
    /// <param name="orders">Partitions that are begun together.</param>
    public static Props Props(RestoreServices services, RestoreCrew crew, IReadOnlyList<RestorePartition> orders) =>
        Akka.Actor.Props.Create(() => new RestoreProxyActor(services, crew, orders));

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc />
    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(AskDue.Instance, AskDue.Instance, AskInterval);
        Place();
    }

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case AskDue when _node is not null:
                Ask(_node);
                break;
            case AskDue when !_isLooking:
                Place();
                break;
            case AskDue:
                break;
            case NodeNews news when news.Batch == _batch && _node is not null:
                Hear(news, _node);
                break;
            case NodeNews:
                break; // Of a batch that was given up.
            case Looked looked:
                _isLooking = false;
                Place(looked.Bounds);
                break;
            case LookFailed failed:
                EndAll(order => new PartitionRestored(order) { Failure = failed.Failure });
                break;
            case StopRestore:
                Stop();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <inheritdoc />
    protected override void PostStop()
    {
        _gone.Cancel();
        Leave();
    }

    private void Place()
    {
        if (_isStopping)
        {
            EndStopped();
            return;
        }

        if (_left.Values.Select(WhyTooLong).FirstOrDefault(reason => reason is not null) is { } tooLong)
        {
            EndAll(order => new PartitionRestored(order) { Failure = new Fault(FailureKind.Configuration, tooLong, IsRetryable: false) });
            return;
        }

        if (_crew.Choose(_left.Count, out var refusal) is not { } node)
        {
            if (refusal is { IsRetryable: false })
            {
                EndAll(order => new PartitionRestored(order) { Failure = refusal });
            }
            else if (!_hasSaidNone)
            {
                _hasSaidNone = true;
                _services.Log.NoNode(refusal?.Message ?? "No node of the cluster has the role worker, is up and answers.");
            }

            return;
        }

        (_node, _batch, _ordered, _heardAt, _hasSaidNone) = (node, Guid.NewGuid().ToString("N"), _left.Count, _services.Clock.GetTimestamp(), false);
        (_asked, _heard) = (0, 0);
        _givenBack.Clear();
        var shared = _left.Values.First() is { Share: not null } share ? RestoreExtent.Of(share) : null;
        foreach (var orders in _left.Values.Chunk(_left.Values.Any(order => order.Marks.Count > 0) ? 1 : MostOrders))
        {
            _crew.At(node).Tell(new OrderRestore(_crew.Attempt, _batch, _left.Count, _crew.Definition, [.. orders.Select(NodeWork.ToNode)])
            {
                Extent = shared,
                IsDryRun = _crew.IsDryRun,
                Rate = _crew.ShareOf(_left.Count),
            });
        }
    }

    /// <summary>Why an order does not fit into a message; null when it does.</summary>
    private static string? WhyTooLong(RestorePartition order)
    {
        if (order.Share?.Sources.Count > MostSources)
        {
            return $"{order.Target}: its topic has too many partitions in the backup ({order.Share.Sources.Count:N0}) to be told to another node. Restore it without --cluster.";
        }

        var packed = order.Marks.Count == 0 ? null : NodeWork.ToNode(order);
        return packed?.Marks.Length > PackedOffsets.MostText || packed?.Noted?.Marked.Length > PackedOffsets.MostText
            ? $"{order.Target}: consumer groups stand at too many places of it ({order.Marks.Count:N0}) to be told to another node. Restore it without --cluster, or without its groups."
            : null;
    }

    private void Ask(Address node)
    {
        if (_services.Clock.GetElapsedTime(_heardAt) > NodePatience)
        {
            _services.Log.NodeLost(node.ToString(), _left.Count);
            _crew.Refuse(node, new Fault(FailureKind.Internal, $"{node} did not answer for {NodePatience.TotalSeconds:0} s.", IsRetryable: true));
            Look();
            return;
        }

        _crew.At(node).Tell(new AskNode(_crew.Attempt, _batch, _crew.ShareOf(_left.Count)) { Number = ++_asked, Heard = _heard });
        if (_isStopping)
        {
            _crew.At(node).Tell(new StopBatch(_crew.Attempt, _batch)); // The one before may be lost.
        }
    }

    private void Hear(NodeNews news, Address node)
    {
        (_heardAt, _heard) = (_services.Clock.GetTimestamp(), Math.Max(_heard, news.Number));
        _crew.Hear(node);
        if (news.Refusal is { } refusal)
        {
            _services.Log.NodeRefused(refusal.Message);
            _crew.Refuse(node, refusal);
            Leave();
            Place();
            return;
        }

        if (!news.IsKnown)
        {
            _services.Log.NodeLost(node.ToString(), _left.Count);
            Look();
            return;
        }

        _crew.Report(_batch, news.Records, news.Bytes);
        foreach (var position in news.Positions.Where(position => _left.ContainsKey(position.Target)))
        {
            _crew.Report(position.Target, NodeWork.FromNode(position, _left[position.Target]));
        }

        foreach (var ended in news.Ended.Where(ended => _left.ContainsKey(ended.Target)))
        {
            if (ended is { WasStopped: true } && !_isStopping)
            {
                _givenBack.Add(ended.Target);
            }
            else
            {
                End(ended.Target, NodeWork.FromNode(ended, _left[ended.Target]));
            }
        }

        if (_left.Count > 0 && _left.Keys.All(_givenBack.Contains)) // Of the others something may be on its way.
        {
            _crew.Refuse(node, new Fault(FailureKind.Internal, $"{node} is drained and takes no partitions.", IsRetryable: true));
            Look();
        }
    }

    /// <summary>Asks the target how much is there, before another node goes on.</summary>
    private void Look()
    {
        Leave();
        if (_isStopping)
        {
            EndStopped();
            return;
        }

        if (_crew.IsDryRun || _left.Values.All(order => order.IsComparison))
        {
            Place(); // Nothing was written.
            return;
        }

        _isLooking = true;
        _ = new TargetSettling(_services.Catalog, _services.Topics, _services.Clock).WaitAsync([.. _left.Keys], _gone.Token)
            .PipeTo(Self, success: bounds => new Looked(bounds), failure: e => new LookFailed(Fault.Of(e)));
    }

    /// <summary>Orders what is left anew, from where the target is.</summary>
    private void Place(IReadOnlyDictionary<PartitionId, PartitionBounds> bounds)
    {
        foreach (var order in _left.Values.ToList())
        {
            var (held, noted) = (bounds[order.Target], _crew.Positions.GetValueOrDefault(order.Target) ?? order.Noted);
            if (held.Problem is null && held.LogStartOffset == order.Base && held.HighWatermark - order.Base >= (noted?.Records ?? 0))
            {
                _left[order.Target] = order with { There = held.HighWatermark - order.Base, Noted = noted };
            }
            else
            {
                End(order.Target, new PartitionRestored(order)
                {
                    Failure = held.Problem is { } problem ? Fault.Of(problem) : new Fault(FailureKind.Source,
                        $"{order.Target} holds offsets {held.LogStartOffset} to {held.HighWatermark}, and {noted?.Records ?? 0} records were restored into it from {order.Base} on so far: something was deleted. "
                        + $"Delete '{order.Target.Topic}' at the target, and restore again.", IsRetryable: false),
                });
            }
        }

        if (_left.Count > 0)
        {
            Place();
        }
    }

    private void Stop()
    {
        _isStopping = true;
        if (_node is null)
        {
            EndStopped();
        }
        else
        {
            _crew.At(_node).Tell(new StopBatch(_crew.Attempt, _batch));
        }
    }

    /// <summary>No more is expected of the node.</summary>
    private void Leave()
    {
        if (_node is not null)
        {
            _crew.At(_node).Tell(new ForgetBatch(_crew.Attempt, _batch));
            _crew.Release(_node, _ordered);
            _node = null;
        }
    }

    private void EndStopped() => EndAll(order => new PartitionRestored(order) { Records = order.There, WasStopped = true });

    private void EndAll(Func<RestorePartition, PartitionRestored> end)
    {
        foreach (var order in _left.Values.ToList())
        {
            End(order.Target, end(order));
        }
    }

    private void End(PartitionId target, PartitionRestored restored)
    {
        _left.Remove(target);
        _crew.Finish();
        Context.Parent.Tell(restored);
        if (_left.Count == 0)
        {
            Context.Stop(Self);
        }
    }

    private sealed record AskDue : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static AskDue Instance { get; } = new();
    }

    private sealed record Looked(IReadOnlyDictionary<PartitionId, PartitionBounds> Bounds) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    private sealed record LookFailed(Fault Failure) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
