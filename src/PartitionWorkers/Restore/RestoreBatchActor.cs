using Akka.Actor;
using Akka.Event;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.RestoreNodeProtocol;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>Restores a batch of partitions for a conductor elsewhere, and tells it how far they are whenever it asks.</summary>
/// <remarks>
/// <code>
/// State       Leaves on                                        Goes to
/// Gathering   OrderRestore, the last one of the batch          Reading
/// Reading     Read: the backup was                             Restoring
///             Unread: it could not be                          Refused: another node may be able to
/// Restoring   PartitionRestored, the last one                  Ended
/// Any         StopBatch                                        the same; what has not begun is told to be stopped
///             ForgetBatch                                      stops
/// </code>
/// What has come to its end is told in each answer, until the batch is forgotten: any answer may be lost.
/// </remarks>
internal sealed class RestoreBatchActor : UntypedActor
{
    private const int MostPositions = 20;

    private readonly string _attemptId;
    private readonly string _batch;
    private readonly string _node;
    private readonly RestoreAttempt _attempt;
    private readonly NodeMemory _memory;
    private readonly RestorePace _pace;
    private readonly RestoreProgress _progress;
    private readonly NodeProgress _counts = new();
    private readonly Dictionary<PartitionId, NodeOrder> _orders = [];
    private readonly Dictionary<PartitionId, RestorePartition> _work = [];
    private readonly Dictionary<PartitionId, NodeRestored> _ended = [];
    private RestoreExtent? _extent;
    private Fault? _refusal;
    private bool _isReading;
    private bool _isStopping;

    /// <summary>A batch of <paramref name="attempt"/>.</summary>
    public RestoreBatchActor(string attemptId, string batch, string node, RestoreAttempt attempt, NodeMemory memory, TimeProvider clock)
    {
        (_attemptId, _batch, _node, _attempt, _memory, _pace) = (attemptId, batch, node, attempt, memory, new RestorePace(clock));
        _progress = new RestoreProgress(_counts);
    }

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case OrderRestore order:
                Take(order);
                break;
            case Read read:
                Begin(read.Orders);
                break;
            case Unread unread:
                Refuse(unread.Failure);
                break;
            case PartitionRestored restored:
                _ended.TryAdd(restored.Order.Target, NodeWork.ToNode(restored));
                break;
            case WorkerGone gone:
                _ended.TryAdd(gone.Target, new NodeRestored(gone.Target)
                {
                    Failure = new Fault(FailureKind.Internal, "The worker of this partition met a fault of this program and ended; report it.", IsRetryable: false),
                });
                break;
            case AskNode ask:
                _pace.Limit(ask.Rate.Records, ask.Rate.Bytes);
                Tell(Sender, ask.Number);
                break;
            case StopBatch:
                Stop();
                break;
            case ForgetBatch:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <inheritdoc />
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    private void Take(OrderRestore message)
    {
        _pace.Limit(message.Rate.Records, message.Rate.Bytes);
        _extent = message.Extent;
        foreach (var order in message.Orders)
        {
            _orders.TryAdd(order.Target, order);
        }

        if (_orders.Count == message.Total && !_isReading && !_isStopping)
        {
            _isReading = true;
            _ = _attempt.ReadOrdersAsync().PipeTo(Self, success: orders => new Read(orders), failure: e => new Unread(Fault.Of(e)));
        }
    }

    private void Begin(IReadOnlyDictionary<PartitionId, RestorePartition> all)
    {
        if (_isStopping)
        {
            return; // Told already.
        }

        try
        {
            var orders = _orders.Values.Select(order => NodeWork.FromNode(order, _extent, all.GetValueOrDefault(order.Target))).ToList();
            var target = _attempt.Target;
            var section = _attempt.Environment.Section;
            var workers = new RestoreWorkers(section, _attempt.Environment.Store, () => target, _pace, _progress, new RestoreMemory(_memory, section, _attemptId));
            foreach (var (order, worker) in orders.Zip(workers.For(orders)))
            {
                _work[order.Target] = order;
                Context.WatchWith(Context.ActorOf(worker), new WorkerGone(order.Target));
            }
        }
        catch (Exception e) when (e is BackupException or FormatException)
        {
            Refuse(Fault.Of(e)); // Nothing is written.
        }
    }

    private void Refuse(Fault failure) => _refusal = failure with { Message = $"{_node} cannot work on the restore: {failure.Message}", IsRetryable = false };

    private void Stop()
    {
        _isStopping = true;
        Context.ActorSelection("*").Tell(StopRestore.Instance);
        if (_work.Count == 0)
        {
            EndAll(target => new NodeRestored(target) { Records = _orders[target].There, WasStopped = true });
        }
    }

    private void EndAll(Func<PartitionId, NodeRestored> end)
    {
        foreach (var target in _orders.Keys)
        {
            _ended.TryAdd(target, end(target));
        }
    }

    /// <summary>How far it is, in messages of some size: what belongs to groups may be long, so it goes alone.</summary>
    private void Tell(IActorRef asker, long number)
    {
        var isWhole = _isReading || _isStopping; // A question overtakes no order: what has not come by then is lost.
        var news = new NodeNews(_attemptId, _batch, isWhole && _refusal is null) { Number = number, Refusal = _refusal, Records = _counts.Records, Bytes = _counts.Bytes };
        var positions = _progress.Positions.Where(position => _work.ContainsKey(position.Key) && !_ended.ContainsKey(position.Key))
            .Select(position => NodeWork.ToNode(position.Value, _work[position.Key])).ToList();
        foreach (var page in Pages(positions, position => position.Marked.Length > 0 || position.Differences.Count > 0))
        {
            asker.Tell(news with { Positions = page });
        }

        foreach (var page in Pages([.. _ended.Values], ended => ended.Marked.Length > 0 || ended.Differences.Count > 0))
        {
            asker.Tell(news with { Ended = page });
        }

        asker.Tell(news);
    }

    private static IEnumerable<IReadOnlyList<T>> Pages<T>(IReadOnlyList<T> items, Func<T, bool> isLong) =>
        [.. items.Where(isLong).Select(item => (IReadOnlyList<T>)[item]), .. items.Where(item => !isLong(item)).Chunk(MostPositions)];

    private sealed record Read(IReadOnlyDictionary<PartitionId, RestorePartition> Orders) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    private sealed record Unread(Fault Failure) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    private sealed record WorkerGone(PartitionId Target) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
