using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Cluster;
using KafkaBackup.Shared;

namespace KafkaBackup.Management.Pbm;

/// <summary><c>cluster</c>: members, and orders about them.</summary>
/// <param name="node">The node that is asked.</param>
/// <param name="clock">Gives changes their time.</param>
internal sealed class ClusterPalette(NodeView node, TimeProvider clock)
{
    /// <summary>How long a join may take.</summary>
    private static readonly TimeSpan JoinPatience = TimeSpan.FromSeconds(12);

    /// <summary>How many changes may wait for a follower that reads slowly; the oldest are lost.</summary>
    private const int MaxWaitingChanges = 1000;

    private static readonly PbmOption Of = new("-a", "--address", "ADDRESS");
    private static readonly PbmOption OfRequired = Of with { IsRequired = true };

    private Cluster Cluster => Cluster.Get(node.ActorSystem);

    /// <summary>Makes it.</summary>
    public PbmPalette Create() => new("cluster", "The nodes of the cluster. An ADDRESS is host:port, or whole as 'cluster show' writes it.", [
        new PbmVerb("show", "List all nodes: address, roles, status, whether unreachable, version.", (_, cancellation) => ShowAsync(cancellation)),
        new PbmVerb("status", "Show this node, or the one at ADDRESS.", StatusAsync) { Options = [Of] },
        new PbmVerb("leader", "Show the address of the leader.", (_, _) => Answer(Leader())),
        new PbmVerb("join", "Let this node, which is in no cluster yet, join the one of ADDRESS.", JoinAsync) { Options = [OfRequired] },
        new PbmVerb("leave", "Let this node, or the one at ADDRESS, leave in good order and stop.", LeaveAsync)
        {
            Options = [Of],
        },
        new PbmVerb("down", "Take the node at ADDRESS for dead.", DownAsync) { Options = [OfRequired] },
        new PbmVerb("down-unreachable", "Take all unreachable nodes for dead.", (_, cancellation) => DownUnreachableAsync(cancellation)),
        new PbmVerb("tail", "Show the nodes, and what happens to them from now on.", TailAsync) { Streams = true },
    ]);

    private static IAsyncEnumerable<PbmLine> Answer(PbmLine line) => new[] { line }.ToAsyncEnumerable();

    private static PbmLine OfAddress(string text, string address) => PbmLine.Of(text, new KeyValuePair<string, string>("address", address));

    private async IAsyncEnumerable<PbmLine> ShowAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var members = await node.GetMembersAsync(cancellation);
        foreach (var member in members)
        {
            yield return Line(member);
        }

        yield return new PbmLine($"Count: {members.Count} nodes");
    }

    private async IAsyncEnumerable<PbmLine> StatusAsync(PbmArguments arguments, [EnumeratorCancellation] CancellationToken cancellation)
    {
        yield return Line(await MemberOfAsync(arguments, cancellation));
    }

    private static PbmLine Line(ClusterMember member) => PbmLine.Of(member.ToString(), member, PbmDataJson.Default.ClusterMember);

    private PbmLine Leader() => Cluster.State.Leader is { } leader
        ? OfAddress(leader.ToString(), leader.ToString())
        : throw new BackupException(FailureKind.Internal,
            "This node sees no leader: it has not joined the cluster, or "
            + "the members do not agree at the moment. Ask again in a few seconds.");

    private async IAsyncEnumerable<PbmLine> JoinAsync(PbmArguments arguments, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var address = AddressOf(arguments.Get(OfRequired)!);
        if (await node.GetMembersAsync(cancellation) is [_, ..] members)
        {
            throw new BackupException(FailureKind.Configuration,
                $"This node is in a cluster of {members.Count} already. A join is for a node that has found none of its seed nodes; "
                    + "stop it and start it with other ones to move it.");
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(JoinPatience);
        try
        {
            await Cluster.JoinAsync(address, patience.Token);
        }
        catch (Exception e) when (e is ClusterJoinFailedException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new BackupException(FailureKind.Internal,
                $"{address} has not let this node in within {JoinPatience.TotalSeconds:0} s. "
                + "See that a node runs there, and that both reach each other.", e);
        }

        yield return OfAddress($"{Cluster.SelfAddress} has joined {address}", Cluster.SelfAddress.ToString());
    }

    private async IAsyncEnumerable<PbmLine> LeaveAsync(PbmArguments arguments, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var member = await MemberOfAsync(arguments, cancellation);
        Cluster.Leave(Address.Parse(member.Address));
        yield return OfAddress($"{member.Address} is told to leave", member.Address);
    }

    private async IAsyncEnumerable<PbmLine> DownAsync(PbmArguments arguments, [EnumeratorCancellation] CancellationToken cancellation)
    {
        yield return Down(await MemberOfAsync(arguments, cancellation));
    }

    private PbmLine Down(ClusterMember member)
    {
        Cluster.Down(Address.Parse(member.Address));
        return OfAddress($"{member.Address} is taken for dead", member.Address);
    }

    private async IAsyncEnumerable<PbmLine> DownUnreachableAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var unreachable = (await node.GetMembersAsync(cancellation)).Where(member => !member.IsReachable).ToList();
        foreach (var member in unreachable)
        {
            yield return Down(member);
        }

        yield return new PbmLine($"Count: {unreachable.Count} nodes");
    }

    private async IAsyncEnumerable<PbmLine> TailAsync(PbmArguments arguments, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var channel = Channel.CreateBounded<ClusterChange>(
            new BoundedChannelOptions(MaxWaitingChanges) { FullMode = BoundedChannelFullMode.DropOldest });
        var source = node.ActorSystem.ActorOf(ClusterChanges.Props(channel.Writer, clock));
        try
        {
            await foreach (var change in channel.Reader.ReadAllAsync(cancellation))
            {
                var what = $"{change.Change} | {change.Member?.ToString() ?? change.Address ?? "none"}";
                yield return PbmLine.Of($"{change.Time.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {what}", change, PbmDataJson.Default.ClusterChange);
            }
        }
        finally
        {
            node.ActorSystem.Stop(source);
        }
    }

    private async Task<ClusterMember> MemberOfAsync(PbmArguments arguments, CancellationToken cancellation)
    {
        var address = arguments.Get(Of) is { } given ? AddressOf(given) : Cluster.SelfAddress;
        return (await node.GetMembersAsync(cancellation)).FirstOrDefault(member => member.Address == address.ToString())
            ?? throw new BackupException(FailureKind.Configuration,
                $"{address} is no member of the cluster that this node sees. 'cluster show' lists those that are.");
    }

    private Address AddressOf(string text)
    {
        var self = Cluster.SelfAddress;
        var whole = text.Contains("://", StringComparison.Ordinal) ? text : $"{self.Protocol}://{self.System}@{text}";
        return ActorPath.TryParseAddress(whole, out var address) && address is { Host.Length: > 0, Port: not null }
            ? address.System == self.System && address.Protocol == self.Protocol
                ? address
                : throw new BackupException(FailureKind.Configuration,
                    $"'{address}' is not of this system: addresses begin with {self.Protocol}://{self.System}@.")
            : throw new BackupException(FailureKind.Configuration, $"'{PbmArguments.Clip(text)}' is no address. Give host:port, as node-0:4053.");
    }
}
