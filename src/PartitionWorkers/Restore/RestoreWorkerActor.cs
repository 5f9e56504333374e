using Akka.Actor;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>Restores one partition, tells its parent the end, and stops.</summary>
/// <remarks>
/// <code>
/// State     Leaves on                 Goes to
/// Reading   the pipeline's end        stops: PartitionRestored goes to the parent
///           StopRestore               Reading, while what is on its way is acknowledged
/// </code>
/// </remarks>
public sealed class RestoreWorkerActor : UntypedActor
{
    private readonly RestorePartition _order;
    private readonly RestorePipeline _pipeline;
    private readonly CancellationTokenSource _stopped = new();

    /// <summary>A worker for <paramref name="order"/>.</summary>
    public RestoreWorkerActor(RestorePartition order, RestoreSection section, IObjectStore store, RestoreTarget target, RestorePace pace, RestoreProgress progress)
    {
        (_order, _pipeline) = (order, new RestorePipeline(order, section, store, target, pace, progress));
        if (!order.IsComparison)
        {
            progress.Follow(order.Target, _pipeline);
        }
    }

    /// <summary>Props of a worker.</summary>
    /// <param name="order">What to restore, and where to.</param>
    /// <param name="section">What of it is wanted.</param>
    /// <param name="store">Where the backup lives.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="pace">Holds all workers down together.</param>
    /// <param name="progress">Is told how far they are.</param>
    public static Props Props(RestorePartition order, RestoreSection section, IObjectStore store, RestoreTarget target, RestorePace pace, RestoreProgress progress) =>
        Akka.Actor.Props.Create(() => new RestoreWorkerActor(order, section, store, target, pace, progress));

    /// <inheritdoc />
    protected override void PreStart()
    {
        var cancellation = _stopped.Token;
        _ = Task.Run(() => _pipeline.RunAsync(cancellation), CancellationToken.None).PipeTo(
            Self, failure: e => new PartitionRestored(_order) { Failure = Fault.Of(e) });
    }

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StopRestore:
                _stopped.Cancel();
                break;
            case PartitionRestored:
                Context.Parent.Tell(message);
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <inheritdoc />
    protected override void PostStop() => _stopped.Cancel();
}
