using Akka.Actor;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;

namespace KafkaBackup.Coordinator.Manifest;

/// <summary>The one place in the cluster through which the ledgers of all backups are written: a child for each backup id, or whoever took it over.</summary>
/// <remarks>The singleton makes a second writer rare; what makes it harmless is the compare-and-swap of the head.</remarks>
public sealed class ManifestSingletonActor(LedgerServices services) : UntypedActor
{
    private readonly Dictionary<BackupId, IActorRef> _writers = [];

    /// <summary>The recipe of the singleton, which makes one ledger actor for each backup.</summary>
    public static Props Props(LedgerServices services) => Akka.Actor.Props.Create(() => new ManifestSingletonActor(services));

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LedgerTaken taken:
                PassTo(taken.Backup, Sender);
                break;
            case IBackupMessage backupMessage:
                WriterOf(backupMessage.Backup).Forward(message);
                break;
            case Terminated terminated:
                foreach (var (backup, _) in _writers.Where(writer => writer.Value.Equals(terminated.ActorRef)).ToList())
                {
                    _writers.Remove(backup);
                }

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

    private IActorRef WriterOf(BackupId backup)
    {
        if (!_writers.TryGetValue(backup, out var writer))
        {
            writer = Context.Watch(Context.ActorOf(LedgerActor.Props(backup, services)));
            _writers.Add(backup, writer);
        }

        return writer;
    }

    /// <summary>This node lacks what a backup needs. The one that conducts its run does not, and writes the ledger; all others go on asking here.</summary>
    private void PassTo(BackupId backup, IActorRef writer)
    {
        if (_writers.TryGetValue(backup, out var before))
        {
            if (before.Equals(writer))
            {
                return;
            }

            Context.Unwatch(before);
            if (Context.Child(before.Path.Name).Equals(before))
            {
                Context.Stop(before);
            }
        }

        _writers[backup] = Context.Watch(writer);
    }
}
