using Akka.Actor;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Coordinator.Manifest;

/// <summary>The one place in the cluster through which the ledgers of all backups are written: a child for each backup id.</summary>
/// <remarks>The singleton makes a second writer rare; what makes it harmless is the compare-and-swap of the head.</remarks>
public sealed class ManifestSingletonActor(LedgerServices services) : UntypedActor
{
    private readonly Dictionary<BackupId, IActorRef> _children = [];

    /// <summary>The recipe of the singleton, which makes one ledger actor for each backup.</summary>
    public static Props Props(LedgerServices services) => Akka.Actor.Props.Create(() => new ManifestSingletonActor(services));

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case IBackupMessage backupMessage:
                ChildOf(backupMessage.Backup).Forward(message);
                break;
            case Terminated terminated:
                _children.Remove(_children.Single(child => child.Value.Equals(terminated.ActorRef)).Key);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <inheritdoc />
    protected override SupervisorStrategy SupervisorStrategy() =>
        // A ledger actor that failed has an uncertain view: it starts anew from the store when it is asked for.
        new OneForOneStrategy(_ => Directive.Stop);

    private IActorRef ChildOf(BackupId backup)
    {
        if (!_children.TryGetValue(backup, out var child))
        {
            child = Context.Watch(Context.ActorOf(LedgerActor.Props(backup, services)));
            _children.Add(backup, child);
        }

        return child;
    }
}
