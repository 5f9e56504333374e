using Akka.Actor;
using Akka.Event;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>Restores one partition, tells its parent the end, and stops.</summary>
/// <remarks>
/// <code>
/// State     Leaves on                 Goes to
/// Reading   PermitGranted             the same; before, the pipeline waits for it
///           the pipeline's end        stops, or Lingering: PartitionRestored goes to the parent
///           StopRestore               Reading, while what is on its way is acknowledged
/// Lingering Unneeded                  stops: nobody reads any more with the permit that it holds or waits for
/// </code>
/// The permit is given back by stopping. The worker that has a topic's permit lingers, as others are fed by what is read with it: were it given back, or no longer asked for, when
/// one of them has ended, memory would be given away that is in use, or the others would wait for ever.
/// </remarks>
internal sealed class RestoreWorkerActor : UntypedActor
{
    private readonly RestorePartition _order;
    private readonly RestorePipeline _pipeline;
    private readonly IActorRef _permits;
    private readonly ReadingPermit? _permit;
    private readonly CancellationTokenSource _stopped = new();

    /// <summary>A worker for <paramref name="order"/>, which <paramref name="pipeline"/> carries out.</summary>
    /// <param name="order">What to restore, and where to.</param>
    /// <param name="pipeline">Does it.</param>
    /// <param name="permits">Hands out memory.</param>
    /// <param name="permit">What is asked for, for reading that begins with it; null: another worker does.</param>
    public RestoreWorkerActor(RestorePartition order, RestorePipeline pipeline, IActorRef permits, ReadingPermit? permit) =>
        (_order, _pipeline, _permits, _permit) = (order, pipeline, permits, permit);

    /// <inheritdoc />
    protected override void PreStart()
    {
        if (_permit is not null)
        {
            _permits.Tell(_permit.Request);
        }

        var cancellation = _stopped.Token;
        _ = Task.Run(() => _pipeline.RunAsync(cancellation), CancellationToken.None).PipeTo(
            Self, failure: e => new PartitionRestored(_order) { Failure = Fault.Of(e) });
    }

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case PermitGranted:
                _permit?.Grant();
                break;
            case StopRestore:
                _stopped.Cancel();
                break;
            case PartitionRestored:
                Context.Parent.Tell(message);
                End();
                break;
            case Unneeded:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <inheritdoc />
    protected override void PostStop()
    {
        _stopped.Cancel();
        if (_permit is not null)
        {
            _permit.Lose();
            _permits.Tell(ReleasePermit.Instance);
        }
    }

    private void End()
    {
        if (_permit is null or { Unused.IsCompleted: true })
        {
            Context.Stop(Self);
            return;
        }

        _ = _permit.Unused.PipeTo(Self, success: () => Unneeded.Instance);
    }

    private sealed record Unneeded : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static Unneeded Instance { get; } = new();
    }
}
