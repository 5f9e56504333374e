using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Event;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Shared.Protocol.OperationProtocol;

namespace KafkaBackup.Coordinator.Operations;

/// <summary>Carries out one operation for whoever follows it. When its node is gone, whoever follows it asks for it again; what came of it is kept in the catalogue's store.</summary>
/// <remarks>
/// <code>
/// State     Leaves on                              Goes to
/// Idle      StartOperation                         Running
/// Running   Finished                               Ended
///           ForgetOperation                        Leaving: what is under way is given up
///           HandOver: its shard moves              Leaving: where it goes, it is carried out anew
/// Ended     an hour has passed, ForgetOperation    stops
/// Leaving   Finished                               stops
/// GetOperation: answered in every state.
/// </code>
/// </remarks>
internal sealed class OperationActor : UntypedActor, IWithTimers
{
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);
    private static readonly TimeSpan KeepPause = TimeSpan.FromSeconds(5);

    private readonly OperationServices _services;
    private readonly OperationResults _results;
    private readonly string _operation;
    private readonly CancellationTokenSource _cancelled = new();
    private StartOperation? _wanted;
    private OperationStatus? _ended;
    private bool _isRunning;
    private bool _isMoving;

    /// <summary>Carries out the operation called <paramref name="operation"/>.</summary>
    public OperationActor(string operation, OperationServices services) => (_operation, _services, _results) = (operation, services, new OperationResults(services.Kept));

    /// <summary>Props of it.</summary>
    public static Props Props(string operation, OperationServices services) => Akka.Actor.Props.Create(() => new OperationActor(operation, services));

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StartOperation start:
                if (!_isRunning && _ended is null or { Failure: not null })
                {
                    Begin(start);
                }

                Sender.Tell(Stands());
                break;
            case GetOperation when !_isRunning && _ended is null:
                Recall(Sender);
                break;
            case GetOperation:
                Sender.Tell(Stands());
                break;
            case ForgetOperation forget:
                Forget(Sender, forget);
                break;
            case Finished finished:
                OnFinished(finished.Status);
                break;
            case Forgotten or MemoryOver when !_isRunning && (_ended is null || message is MemoryOver):
                Context.Parent.Tell(new Passivate(HandOver.Instance));
                break;
            case Forgotten or MemoryOver:
                break;
            case HandOver when _isRunning:
                _isMoving = true;
                _cancelled.Cancel();
                break;
            case HandOver:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <inheritdoc />
    protected override void PostStop() => _cancelled.Cancel();

    private OperationStatus Stands() => _ended ?? new OperationStatus(_operation, _isRunning && !_cancelled.IsCancellationRequested ? OperationState.Running : OperationState.Unknown);

    private void Begin(StartOperation start)
    {
        (_wanted, _isRunning, _ended) = (start, true, null);
        Timers.CancelAll();
        _ = Task.Run(() => ExecuteAsync(start, _cancelled.Token)).PipeTo(
            Self,
            success: status => new Finished(status),
            failure: e => new Finished(new OperationStatus(_operation, OperationState.Ended) { Failure = Fault.Of(e) }));
    }

    private async Task<OperationStatus> ExecuteAsync(StartOperation start, CancellationToken cancellation)
    {
        if (await _results.FindAsync(_operation, cancellation) is { } known)
        {
            return known;
        }

        OperationStatus status;
        try
        {
            var configuration = _services.Read(start.Definition);
            using var ports = _services.Open(configuration);
            status = await new OperationExecution(_operation, ports, _services.Kept, _services.Clock).ExecuteAsync(configuration, cancellation);
        }
        catch (BackupException e)
        {
            var fault = Fault.Of(e); // This node cannot, and another might: so it is named.
            var isAway = fault.IsRetryable || e.InnerException is StorageException { IsRetryable: true }; // One that was given up may be back.
            return new OperationStatus(_operation, OperationState.Ended) { Failure = fault with { Message = $"{_services.Node()}: {fault.Message}", IsRetryable = isAway } };
        }

        await KeepAsync(status, cancellation);
        return status;
    }

    /// <summary>Keeps what came of it, however long the store is away: carried out it is.</summary>
    private async Task KeepAsync(OperationStatus status, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await _results.KeepAsync(status, CancellationToken.None);
                return;
            }
            catch (StorageException)
            {
                await Task.Delay(KeepPause, _services.Clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (cancellation.IsCancellationRequested)
                {
                    return;
                }
            }
        }
    }

    private void OnFinished(OperationStatus status)
    {
        _isRunning = false;
        if (_cancelled.IsCancellationRequested)
        {
            if (_isMoving && status.Failure is not null)
            {
                _services.Region().Tell(_wanted!); // Where its shard goes, it is carried out.
            }

            Context.Stop(Self);
            return;
        }

        _ended = status;
        Timers.StartSingleTimer(MemoryOver.Instance, MemoryOver.Instance, Memory);
    }

    private void Forget(IActorRef asker, ForgetOperation forget)
    {
        if (_isRunning)
        {
            _cancelled.Cancel(); // What has come of it meanwhile is kept, and forgotten when it is asked for again.
            asker.Tell(new OperationStatus(_operation, OperationState.Running));
            return;
        }

        (_ended, _wanted) = (null, null);
        var mark = new OperationStatus(_operation, OperationState.Ended) { Failure = new Fault(FailureKind.Internal, "It was given up, as its object was deleted.", IsRetryable: false) };
        _ = (forget.LeavesMark ? _results.KeepAsync(mark, CancellationToken.None) : _results.ForgetAsync(_operation, CancellationToken.None)).PipeTo(
            Self,
            success: () =>
            {
                asker.Tell(new OperationStatus(_operation, OperationState.Unknown));
                return Forgotten.Instance;
            },
            failure: e =>
            {
                asker.Tell(new OperationStatus(_operation, OperationState.Unknown) { Failure = Fault.Of(e) });
                return Forgotten.Instance;
            });
    }

    /// <summary>What came of it before may be kept. Anybody may ask for any name, so it goes after.</summary>
    private void Recall(IActorRef asker) => _ = _results.FindAsync(_operation, CancellationToken.None).PipeTo(
        Self,
        success: known =>
        {
            asker.Tell(known ?? new OperationStatus(_operation, OperationState.Unknown));
            return Forgotten.Instance;
        },
        failure: e =>
        {
            asker.Tell(new OperationStatus(_operation, OperationState.Unknown) { Failure = Fault.Of(e) });
            return Forgotten.Instance;
        });

    private sealed record Finished(OperationStatus Status) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Its shard moves to another node, or it is not needed any more.</summary>
    internal sealed record HandOver : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static HandOver Instance { get; } = new();
    }

    private sealed record MemoryOver : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static MemoryOver Instance { get; } = new();
    }

    private sealed record Forgotten : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static Forgotten Instance { get; } = new();
    }
}
