using System.Collections.Immutable;
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
        var ledger = await LedgerReader.ReadOutlineAsync(environment.Store, environment.Configuration.BackupId, cancellation) ?? LedgerOutline.Empty;
        var discovery = await DiscoverAsync(
            environment, ledger.Head.SourceClusterId, demandsLiterals: true, configured: ImmutableHashSet<string>.Empty, cancellation);
        return (new KnownBackup(ledger), discovery);
    }

    /// <summary>What the source has now.</summary>
    /// <param name="environment">The backup's environment.</param>
    /// <param name="knownCluster">The id of the cluster that the backup was made of; null when it is new.</param>
    /// <param name="demandsLiterals">Whether a topic that is named literally and is not there is an error.</param>
    /// <param name="configured">Topics of which the configuration need not be asked for, as it was a short while ago.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackupException">The source cannot be read, or it is another cluster.</exception>
    public static async Task<SourceDiscovery> DiscoverAsync(
        BackupEnvironment environment, string? knownCluster, bool demandsLiterals, IReadOnlySet<string> configured, CancellationToken cancellation)
    {
        var (configuration, catalog) = (environment.Configuration, environment.Catalog);
        var clusterId = await catalog.GetClusterIdAsync(cancellation);
        if (SourceIdentity.Conflict(knownCluster, clusterId) is { } conflict)
        {
            throw new BackupException(FailureKind.Source, conflict);
        }

        var filter = new TopicFilter(configuration.Source.Topics, configuration.Backup) { DemandsLiterals = demandsLiterals };
        var topics = await catalog.GetTopicsAsync(filter, cancellation);
        var wanted = topics.Select(topic => topic.Name).Where(name => !configured.Contains(name)).ToHashSet(StringComparer.Ordinal);
        var settings = await ReadConfigurationsAsync(catalog, wanted, cancellation);
        var partitions = topics.SelectMany(topic => Enumerable.Range(0, topic.Partitions).Select(number => new PartitionId(topic.Name, number))).ToList();

        // A continuous run waits for no transaction: what is behind an open one is not there yet.
        var end = configuration.Backup.IsContinuous ? LogEnd.LastStableOffset : LogEnd.HighWatermark;
        var bounds = await catalog.GetBoundsAsync(partitions, end, cancellation);
        return new SourceDiscovery(clusterId, [.. topics.Select(topic => wanted.Contains(topic.Name)
            ? topic with { Configurations = settings.ByTopic.GetValueOrDefault(topic.Name) }
            : topic with { ReplicationFactor = null })], bounds)
        {
            Configured = wanted,
            ConfigurationProblem = settings.Problem is { } problem
                ? $"{problem} Records are backed up, and what was known of the configuration is kept."
                : null,
        };
    }

    /// <summary>A backup without the topics' configuration is better than none: whatever keeps the source from telling it fails nothing.</summary>
    private static async Task<TopicConfigurations> ReadConfigurationsAsync(
        ITopicCatalog catalog, HashSet<string> topics, CancellationToken cancellation)
    {
        try
        {
            return topics.Count == 0 ? NotAsked(null) : await catalog.GetConfigurationsAsync(topics, cancellation);
        }
        catch (BackupException e)
        {
            return NotAsked(e.Message);
        }

        static TopicConfigurations NotAsked(string? problem) => new(new Dictionary<string, IReadOnlyDictionary<string, string>>(), problem);
    }
}
