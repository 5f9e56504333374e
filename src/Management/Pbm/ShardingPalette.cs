using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Cluster.Sharding;
using KafkaBackup.Shared;

namespace KafkaBackup.Management.Pbm;

/// <summary><c>cluster-sharding</c>: what is spread over the nodes, and how.</summary>
/// <param name="node">The node that is asked.</param>
internal sealed class ShardingPalette(NodeView node)
{
    /// <summary>How long the regions of all nodes are waited for.</summary>
    private static readonly TimeSpan RegionPatience = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan AskPatience = TimeSpan.FromSeconds(10);

    private static readonly PbmOption Region = new("-t", "--type", "REGION");

    private ClusterSharding Sharding => ClusterSharding.Get(node.ActorSystem);

    private IEnumerable<string> Regions => Sharding.ShardTypeNames.Order(StringComparer.Ordinal);

    /// <summary>Makes it.</summary>
    public PbmPalette Create() => new("cluster-sharding", "Shard regions: what is spread over the nodes.", [
        new PbmVerb("list-regions", "List the regions of this node.", (_, _) => Regions
            .Select(region => PbmLine.Of(region, new KeyValuePair<string, string>("region", region))).ToAsyncEnumerable()),
        new PbmVerb("region-stats", "Count shards and the actors in them, for each region (or REGION) and node.", StatsAsync) { Options = [Region] },
    ]);

    private async IAsyncEnumerable<PbmLine> StatsAsync(PbmArguments arguments, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var asked = arguments.Get(Region);
        if (asked is not null && !Regions.Contains(asked, StringComparer.Ordinal))
        {
            throw new BackupException(FailureKind.Configuration,
                $"There is no region '{PbmArguments.Clip(asked)}'. This node has {string.Join(", ", Regions)}.");
        }

        foreach (var region in Regions.Where(region => asked is null || asked == region))
        {
            var stats = await Sharding.ShardRegion(region)
                .Ask<ClusterShardingStats>(new GetClusterShardingStats(RegionPatience), AskPatience, cancellation);
            if (stats.Regions.Count == 0)
            {
                throw new BackupException(FailureKind.Internal,
                    $"The nodes have not said within {RegionPatience.TotalSeconds:0} s what they have of {region}. "
                    + "'cluster show' tells whether one is unreachable; ask again in a few seconds.");
            }

            var roles = (await node.GetMembersAsync(cancellation)).ToDictionary(member => member.Address, member => member.Roles, StringComparer.Ordinal);
            foreach (var (address, part) in stats.Regions.OrderBy(item => item.Key.ToString(), StringComparer.Ordinal))
            {
                yield return Line(new RegionShare(
                    address.ToString(), roles.GetValueOrDefault(address.ToString(), []), region,
                        part.Stats.Count, part.Stats.Values.Sum(), part.Failed.Count));
            }
        }
    }

    private static PbmLine Line(RegionShare share) => PbmLine.Of(
        $"{share.Address} [{string.Join(",", share.Roles)}]({share.Region}) | shards: {share.Shards} | entities: {share.Entities}"
            + (share.Unanswered == 0 ? "" : $" | shards without an answer: {share.Unanswered}"),
        share, PbmDataJson.Default.RegionShare);
}
