using Akka.Actor;
using Akka.Cluster;

namespace KafkaBackup.Cli.Hosting;

/// <summary>Tells in the log what happens to the other nodes of the cluster, as this one sees it.</summary>
internal sealed class MemberWatch : UntypedActor
{
    private readonly NodeLog _log;
    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);

    public MemberWatch(NodeLog log) => _log = log;

    public static Props Props(NodeLog log) => Akka.Actor.Props.Create(() => new MemberWatch(log));

    /// <inheritdoc />
    protected override void PreStart() => _cluster.Subscribe(
        Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.MemberUp), typeof(ClusterEvent.MemberRemoved),
        typeof(ClusterEvent.ReachabilityEvent));

    /// <inheritdoc />
    protected override void PostStop() => _cluster.Unsubscribe(Self);

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ClusterEvent.IMemberEvent { Member: var self } when self.UniqueAddress == _cluster.SelfUniqueAddress:
                break; // What becomes of this node it tells elsewhere.
            case ClusterEvent.MemberUp up:
                _log.IsUp(up.Member.Address);
                break;
            case ClusterEvent.UnreachableMember silent:
                _log.Silent(silent.Member.Address);
                break;
            case ClusterEvent.ReachableMember heard:
                _log.Heard(heard.Member.Address);
                break;
            case ClusterEvent.MemberRemoved { PreviousStatus: MemberStatus.Down } dead:
                _log.Dead(dead.Member.Address);
                break;
            case ClusterEvent.MemberRemoved gone:
                _log.Gone(gone.Member.Address);
                break;
        }
    }
}
