using System.Collections.Immutable;
using System.Net.Mime;
using Akka.Actor;
using Akka.Cluster;
using Akka.Management.Cluster.Bootstrap.ContactPoint;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Newtonsoft.Json;

namespace KafkaBackup.Cli.Hosting.Bootstrap;

/// <summary>Tells other nodes whom this one knows, in the form of Akka.Management's own server, which does not run on this version of .NET.</summary>
internal static class BootstrapRoute
{
    /// <summary>How many members are told: a node that joins needs one that answers.</summary>
    private const int MostTold = 5;

    /// <summary>Adds the route.</summary>
    public static void MapBootstrap(this WebApplication node, ActorSystem system) => node.MapGet(NodeBootstrap.Route, async context =>
    {
        var cluster = Akka.Cluster.Cluster.Get(system);
        if (cluster.SelfMember.Status is MemberStatus.Down or MemberStatus.Exiting or MemberStatus.Leaving or MemberStatus.Removed && cluster.State.Members.Count > 0)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        var state = cluster.State;
        var known = state.Members.Where(member => !state.Unreachable.Contains(member) && member.Status is MemberStatus.Up or MemberStatus.WeaklyUp or MemberStatus.Joining)
            .Take(MostTold).Select(member => new HttpBootstrapJsonProtocol.ClusterMember(member.Address, member.UniqueAddress.Uid, member.Status, member.Roles.ToImmutableHashSet()));
        context.Response.ContentType = MediaTypeNames.Application.Json;
        await context.Response.WriteAsync(
            JsonConvert.SerializeObject(new HttpBootstrapJsonProtocol.SeedNodes(cluster.SelfAddress, [.. known])), context.RequestAborted);
    });
}
