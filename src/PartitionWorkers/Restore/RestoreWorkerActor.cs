using Akka.Actor;
using KafkaBackup.Shared.Protocol;
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
internal sealed class RestoreWorkerActor : UntypedActor
{
    private readonly RestorePartition _order;
    private readonly RestorePipeline _pipeline;
    private readonly CancellationTokenSource _stopped = new();

    /// <summary>A worker for <paramref name="order"/>, which <paramref name="pipeline"/> carries out.</summary>
    public RestoreWorkerActor(RestorePartition order, RestorePipeline pipeline) => (_order, _pipeline) = (order, pipeline);

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
