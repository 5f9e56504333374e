using System.Reflection;
using Akka.Actor;
using Akka.Cluster;
using Akka.Hosting;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Management;

/// <summary>What a node can be asked about itself and its cluster.</summary>
/// <param name="system">The node's actor system.</param>
/// <param name="token">Demanded of whoever asks; empty: nobody is asked for one.</param>
public sealed class NodeView(ActorSystem system, string token)
{
    /// <summary>How long this node's own view of the cluster is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>This program's version, which each node tells the others.</summary>
    public static readonly string Version = typeof(NodeView).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    /// <summary>The proxy of the catalogue's keeper.</summary>
    public IActorRef Catalogue => ActorRegistry.For(system).Get<ActorKeys.Catalogue>();

    /// <summary>The shard region of backup coordinators.</summary>
    public IActorRef Coordinators => ActorRegistry.For(system).Get<ActorKeys.Coordinators>();

    /// <summary>The shard region of restores.</summary>
    public IActorRef Restores => ActorRegistry.For(system).Get<ActorKeys.Restores>();

    /// <summary>The shard region of operations.</summary>
    public IActorRef Operations => ActorRegistry.For(system).Get<ActorKeys.Operations>();

    /// <summary>Demanded of whoever asks; empty: nobody is asked for one.</summary>
    public string Token => token;

    /// <summary>This node as a place for work.</summary>
    public required IWorkerNode Worker { get; init; }

    /// <summary>Looks into backups.</summary>
    public required IBackupInspector Inspector { get; init; }

    /// <summary>What it needs beside the cluster; each tells in a sentence what is wrong with it, or null.</summary>
    public IReadOnlyList<Func<CancellationToken, Task<string?>>> Needs { get; init; } = [];

    /// <summary>The actor system.</summary>
    internal ActorSystem ActorSystem => system;

    /// <summary>What keeps this node from work, a line for each; empty when nothing does.</summary>
    public async Task<IReadOnlyList<string>> FindProblemsAsync(CancellationToken cancellation)
    {
        var status = Cluster.Get(system).SelfMember.Status;
        var needed = await Task.WhenAll(Needs.Select(need => need(cancellation)));
        string?[] joined = [status == MemberStatus.Up
            ? null
            : $"this node is {status.ToString().ToLowerInvariant()}, not up: it has not joined the cluster, or is leaving it"];
        return [.. joined.Concat(needed).OfType<string>()];
    }

    /// <summary>This node as it shows itself.</summary>
    public NodeDetails Describe() => new(Cluster.Get(system).SelfAddress.ToString(), Worker.IsDrained);

    /// <summary>This node gives its partitions to others and takes none.</summary>
    public NodeDetails Drain()
    {
        Worker.Drain();
        return Describe();
    }

    /// <summary>This node takes partitions again.</summary>
    public NodeDetails Undrain()
    {
        Worker.Undrain();
        return Describe();
    }

    /// <summary>All members, in order of their addresses, as they are after every change that was published.</summary>
    /// <exception cref="BackupException">This node is no part of a cluster any more.</exception>
    public async Task<IReadOnlyList<ClusterMember>> GetMembersAsync(CancellationToken cancellation)
    {
        var cluster = Cluster.Get(system);
        var asked = new TaskCompletionSource<ClusterEvent.CurrentClusterState>(TaskCreationOptions.RunContinuationsAsynchronously);
        var receiver = system.ActorOf(Props.Create(() => new StateReceiver(asked)));
        try
        {
            cluster.SendCurrentClusterState(receiver); // Its property State may be behind what subscribers were told.
            var state = await asked.Task.WaitAsync(Patience, cancellation);
            return [.. state.Members.OrderBy(member => member.Address.ToString(), StringComparer.Ordinal)
                .Select(member => Describe(member, !state.Unreachable.Contains(member)))];
        }
        catch (TimeoutException e)
        {
            throw new BackupException(FailureKind.Internal, "This node does not tell who is in the cluster: it is leaving it, or stopping. Ask another one.", e);
        }
        finally
        {
            system.Stop(receiver);
        }
    }

    /// <summary>A member as it is shown.</summary>
    internal static ClusterMember Describe(Member member, bool isReachable) => new(
        member.Address.ToString(), [.. member.Roles.Order(StringComparer.Ordinal)],
            member.Status.ToString().ToLowerInvariant(), isReachable, member.AppVersion.Version);

    private sealed class StateReceiver : UntypedActor
    {
        private readonly TaskCompletionSource<ClusterEvent.CurrentClusterState> _asked;

        public StateReceiver(TaskCompletionSource<ClusterEvent.CurrentClusterState> asked) => _asked = asked;

        protected override void OnReceive(object message)
        {
            if (message is ClusterEvent.CurrentClusterState state)
            {
                _asked.TrySetResult(state);
            }
        }
    }
}
