using Akka.Actor;
using Akka.Event;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.RestoreNodeProtocol;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>Works for restores whose conductors are anywhere in the cluster. An attempt that nobody asks for any more is cut off, as others may go on with it.</summary>
/// <remarks>It never leaves a question open: of a batch that it has not got, or has no more, it says that it does not know it.</remarks>
public sealed class RestoreNodeActor : UntypedActor, IWithTimers
{
    /// <summary>The name of the actor, below <c>/user</c>, on each node with workers.</summary>
    public const string Name = "restore-node";

    private readonly RestoreNodeServices _services;
    private readonly Dictionary<string, Attempt> _attempts = [];
    private readonly Dictionary<string, CutOff> _cutOff = [];
    private readonly EventHandler _drained;

    /// <summary>The actor of a node.</summary>
    public RestoreNodeActor(RestoreNodeServices services)
    {
        var self = Self;
        (_services, _drained) = (services, (_, _) => self.Tell(GiveBack.Instance));
    }

    /// <summary>Props of the actor.</summary>
    public static Props Props(RestoreNodeServices services) => Akka.Actor.Props.Create(() => new RestoreNodeActor(services));

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc />
    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(LookAround.Instance, LookAround.Instance, AskInterval);
        _services.Node.Drained += _drained;
    }

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case OrderRestore order:
                Take(order);
                break;
            case AskNode ask when Find(ask) is { } batch:
                batch.Worker.Forward(ask);
                break;
            case AskNode ask:
                Sender.Tell(new NodeNews(ask.Attempt, ask.Batch, IsKnown: false) { Number = ask.Number });
                break;
            case StopBatch stop when _attempts.GetValueOrDefault(stop.Attempt)?.Batches.GetValueOrDefault(stop.Batch) is { } batch:
                batch.Worker.Forward(stop);
                break;
            case ForgetBatch forget when _attempts.GetValueOrDefault(forget.Attempt) is { } attempt && attempt.Batches.Remove(forget.Batch, out var batch):
                batch.Worker.Forward(forget);
                attempt.Lease.Renew(); // Without batches it is kept for so long, as another one may come.
                break;
            case CutOffAttempt cut:
                var sender = Sender;
                _ = CutOffAsync(cut.Attempt, forGood: true).PipeTo(sender, success: () => new AttemptCutOff(cut.Attempt));
                break;
            case LookAround:
                foreach (var (id, _) in _attempts.Where(attempt => attempt.Value.HasLapsed).ToList())
                {
                    _ = CutOffAsync(id, forGood: false); // Its conductor may have been away only, and order again.
                }

                break;
            case GiveBack:
                foreach (var (attempt, batch) in _attempts.SelectMany(attempt => attempt.Value.Batches.Select(batch => (attempt.Key, batch))))
                {
                    batch.Value.Worker.Tell(new StopBatch(attempt, batch.Key)); // Whoever ordered it and did not stop it gives it to another node.
                }

                break;
            case StopBatch or ForgetBatch:
                break; // Over already.
            default:
                Unhandled(message);
                break;
        }
    }

    /// <inheritdoc />
    protected override void PostStop()
    {
        _services.Node.Drained -= _drained;
        foreach (var attempt in _attempts.Values)
        {
            _ = attempt.Work.CutOffAsync();
        }
    }

    /// <inheritdoc />
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    /// <summary>The batch that is asked about, unless the attempt has been let alone for too long.</summary>
    private Batch? Find(AskNode ask)
    {
        if (_attempts.GetValueOrDefault(ask.Attempt) is not { } attempt || !attempt.Batches.TryGetValue(ask.Batch, out var batch))
        {
            return null;
        }

        if (attempt.HasLapsed) // The question may have been on its way for long.
        {
            _ = CutOffAsync(ask.Attempt, forGood: false);
            return null;
        }

        batch.Lease.Answer(ask.Number, ask.Heard);
        return batch;
    }

    private void Take(OrderRestore order)
    {
        if ((_services.Node.WhyIdle ?? Open(order)) is { } refusal)
        {
            Sender.Tell(new NodeNews(order.Attempt, order.Batch, IsKnown: false) { Refusal = refusal });
            return;
        }

        var attempt = _attempts[order.Attempt];
        attempt.Lease.Renew();
        if (!attempt.Batches.TryGetValue(order.Batch, out var batch))
        {
            var node = _services.Node.Refusal.Node;
            var worker = Akka.Actor.Props.Create(() => new RestoreBatchActor(order.Attempt, order.Batch, node, attempt.Work, _services.Memory, _services.Clock));
            batch = new Batch(Context.ActorOf(worker), new Lease(_services.Clock));
            attempt.Batches.Add(order.Batch, batch);
        }

        batch.Worker.Forward(order);
    }

    private Fault? Open(OrderRestore order)
    {
        if (_attempts.ContainsKey(order.Attempt))
        {
            return null;
        }

        if (_cutOff.GetValueOrDefault(order.Attempt)?.IsForGood == true)
        {
            return new Fault(FailureKind.Fenced, $"This attempt of the restore is over on {_services.Node.Refusal.Node}.", IsRetryable: false); // The order was on its way longer than its end.
        }

        try
        {
            _attempts.Add(order.Attempt, new Attempt(new RestoreAttempt(_services.Open(order.Definition, order.IsDryRun)), new Lease(_services.Clock)));
            return null;
        }
        catch (ConfigurationException e)
        {
            return new Fault(e.Kind, $"{_services.Node.Refusal.Node} cannot work on the restore: {string.Join("; ", e.Problems.Select(problem => problem.ToString()))}.", IsRetryable: false);
        }
        catch (Exception e)
        {
            return Fault.Of(e) is var fault ? fault with { Message = $"{_services.Node.Refusal.Node} cannot work on the restore: {fault.Message}", IsRetryable = false } : null;
        }
    }

    /// <summary>Ends all writing of an attempt.</summary>
    /// <param name="id">The attempt.</param>
    /// <param name="forGood">Whether no order of it is taken any more.</param>
    private Task CutOffAsync(string id, bool forGood)
    {
        var before = _cutOff.GetValueOrDefault(id);
        var ending = before?.Ending ?? Task.CompletedTask;
        if (_attempts.Remove(id, out var attempt))
        {
            foreach (var batch in attempt.Batches.Values)
            {
                Context.Stop(batch.Worker);
            }

            ending = Task.WhenAll(ending, attempt.Work.CutOffAsync());
        }

        _cutOff[id] = new CutOff(ending, forGood || before?.IsForGood == true);
        return ending;
    }

    /// <summary>The end of an attempt's writing, which takes a moment: whoever asks for it meanwhile waits for the same one.</summary>
    private sealed record CutOff(Task Ending, bool IsForGood);

    /// <summary>An attempt with its batches. Without batches it is kept for a while, as more may come.</summary>
    private sealed class Attempt(RestoreAttempt work, Lease lease)
    {
        public RestoreAttempt Work => work;

        public Lease Lease => lease;

        public Dictionary<string, Batch> Batches { get; } = [];

        public bool HasLapsed => Batches.Count == 0 ? lease.HasLapsed : Batches.Values.Any(batch => batch.Lease.HasLapsed);
    }

    private sealed record Batch(IActorRef Worker, Lease Lease);

    private sealed record GiveBack : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static GiveBack Instance { get; } = new();
    }

    private sealed record LookAround : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static LookAround Instance { get; } = new();
    }
}
