using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>Reads what a plan is made of: the ledger from the store, topics and offsets from the source in batched requests.</summary>
public static class BackupPlanner
{
    /// <summary>What is backed up when a run begins, and what the source has.</summary>
    public static async Task<(KnownBackup Known, SourceDiscovery Discovery)> ReadAsync(BackupEnvironment environment, CancellationToken cancellation)
    {
        var ledger = await LedgerReader.ReadAsync(environment.Store, environment.Configuration.BackupId, cancellation) ?? LedgerSnapshot.Empty;
        return (new KnownBackup(ledger), await DiscoverAsync(environment, ledger.Head.SourceClusterId, demandsLiterals: true, cancellation));
    }

    /// <summary>What the source has now.</summary>
    /// <param name="environment">The backup's environment.</param>
    /// <param name="knownCluster">The id of the cluster that the backup was made of; null when it is new.</param>
    /// <param name="demandsLiterals">Whether a topic that is named literally and is not there is an error.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackupException">The source cannot be read, or it is another cluster.</exception>
    public static async Task<SourceDiscovery> DiscoverAsync(
        BackupEnvironment environment, string? knownCluster, bool demandsLiterals, CancellationToken cancellation)
    {
        var (configuration, catalog) = (environment.Configuration, environment.Catalog);
        var clusterId = await catalog.GetClusterIdAsync(cancellation);
        if (SourceIdentity.Conflict(knownCluster, clusterId) is { } conflict)
        {
            throw new BackupException(FailureKind.Source, conflict);
        }

        var filter = new TopicFilter(configuration.Source.Topics, configuration.Backup) { DemandsLiterals = demandsLiterals };
        var topics = await catalog.GetTopicsAsync(filter, cancellation);
        var partitions = topics.SelectMany(topic => Enumerable.Range(0, topic.Partitions).Select(number => new PartitionId(topic.Name, number))).ToList();

        // A continuous run waits for no transaction: what is behind an open one is not there yet.
        var end = configuration.Backup.IsContinuous ? LogEnd.LastStableOffset : LogEnd.HighWatermark;
        return new SourceDiscovery(clusterId, topics, await catalog.GetBoundsAsync(partitions, end, cancellation));
    }
}
