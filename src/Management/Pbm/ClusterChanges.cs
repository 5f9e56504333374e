using System.Threading.Channels;
using Akka.Actor;
using Akka.Cluster;

namespace KafkaBackup.Management.Pbm;

/// <summary>Hands what happens to the cluster to whoever follows it.</summary>
internal sealed class ClusterChanges : UntypedActor
{
    private readonly ChannelWriter<ClusterChange> _follower;
    private readonly TimeProvider _clock;

    public ClusterChanges(ChannelWriter<ClusterChange> follower, TimeProvider clock)
    {
        _follower = follower;
        _clock = clock;
    }

    /// <summary>Makes one.</summary>
    /// <param name="follower">Gets the members as they are, and each change; it must never make who writes wait.</param>
    /// <param name="clock">Gives changes their time.</param>
    public static Props Props(ChannelWriter<ClusterChange> follower, TimeProvider clock) =>
        Akka.Actor.Props.Create(() => new ClusterChanges(follower, clock));

    protected override void PreStart() => Cluster.Get(Context.System).Subscribe(
        Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents,
        typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.ReachabilityEvent), typeof(ClusterEvent.LeaderChanged));

    protected override void PostStop()
    {
        Cluster.Get(Context.System).Unsubscribe(Self);
        _follower.TryComplete();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ClusterEvent.IMemberEvent { Member: var member } change:
                Tell(change, member.Address, NodeView.Describe(member, IsReachable(member)));
                break;
            case ClusterEvent.ReachabilityEvent { Member: var member } change:
                Tell(change, member.Address, NodeView.Describe(member, change is not ClusterEvent.UnreachableMember));
                break;
            case ClusterEvent.LeaderChanged change:
                Tell(change, change.Leader, null);
                break;
        }
    }

    private static bool IsReachable(Member member) => !Cluster.Get(Context.System).State.Unreachable.Contains(member);

    private void Tell(object change, Address? address, ClusterMember? member) =>
        _follower.TryWrite(new ClusterChange(_clock.GetUtcNow(), change.GetType().Name, address?.ToString(), member));
}
