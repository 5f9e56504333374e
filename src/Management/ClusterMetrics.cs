using System.Diagnostics.Metrics;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Management;

/// <summary>What a node measures of its cluster, as this node sees it.</summary>
public sealed class ClusterMetrics
{
    /// <summary>How long a region is waited for; one that is busy handing over its shards has no numbers in this scrape.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly MemberStatus[] Statuses =
        [MemberStatus.Joining, MemberStatus.WeaklyUp, MemberStatus.Up, MemberStatus.Leaving, MemberStatus.Exiting, MemberStatus.Down];

    private readonly ActorSystem _system;
    private IReadOnlyList<(string Region, int Shards, int Entities)> _regions = [];

    /// <summary>Instruments of <paramref name="meter"/>.</summary>
    public ClusterMetrics(Meter meter, ActorSystem system)
    {
        _system = system;
        var version = new KeyValuePair<string, object?>("version", NodeView.Version);
        meter.CreateObservableGauge("kafka_backup_node_info", () => new Measurement<long>(1, version), null,
            "1, with the version of the node's program");
        meter.CreateObservableGauge("kafka_backup_cluster_members", Members, null, "Members of the cluster by status, as this node sees them");
        meter.CreateObservableGauge("kafka_backup_cluster_unreachable_members", () => (long)Cluster.Get(_system).State.Unreachable.Count, null,
            "Members that do not answer, as this node sees them");
        meter.CreateObservableGauge("kafka_backup_shards", () => Regions(region => region.Shards), null, "Shards that this node has of a region");
        meter.CreateObservableGauge("kafka_backup_shard_entities", () => Regions(region => region.Entities), null,
            "Actors in these shards: coordinators of backups, or workers of partitions");
    }

    /// <summary>Asks the regions of this node what they hold.</summary>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        var registry = ActorRegistry.For(_system);
        var answers = await Task.WhenAll(
            AskAsync("coordinators", registry.TryGet<ActorKeys.Coordinators>(out var coordinators) ? coordinators : null, cancellation),
            AskAsync("workers", registry.TryGet<ActorKeys.Workers>(out var workers) ? workers : null, cancellation));
        _regions = [.. answers.OfType<(string, int, int)>()];
    }

    private static async Task<(string Region, int Shards, int Entities)?> AskAsync(string name, IActorRef? region, CancellationToken cancellation)
    {
        try
        {
            return region is not null && await region.Ask<ShardRegionStats>(GetShardRegionStats.Instance, Patience, cancellation) is { } stats
                ? (name, stats.Stats.Count, stats.Stats.Values.Sum())
                : null;
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }

    private IEnumerable<Measurement<long>> Members()
    {
        var members = Cluster.Get(_system).State.Members;
        return Statuses.Select(status => new Measurement<long>(
            members.Count(member => member.Status == status), new KeyValuePair<string, object?>("status", status.ToString().ToLowerInvariant())));
    }

    private IEnumerable<Measurement<long>> Regions(Func<(string Region, int Shards, int Entities), long> number) =>
        _regions.Select(region => new Measurement<long>(number(region), new KeyValuePair<string, object?>("region", region.Region)));
}
