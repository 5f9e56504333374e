using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>Reads what a plan is made of: the ledger from the store, topics and offsets from the source in batched requests.</summary>
internal static class BackupPlanner
{
    public static async Task<BackupPlan> PlanAsync(BackupEnvironment environment, CancellationToken cancellation)
    {
        var (configuration, catalog) = (environment.Configuration, environment.Catalog);
        var ledger = await LedgerReader.ReadAsync(environment.Store, configuration.BackupId, cancellation) ?? LedgerSnapshot.Empty;
        var clusterId = await catalog.GetClusterIdAsync(cancellation);
        if (SourceIdentity.Conflict(ledger, clusterId) is { } conflict)
        {
            throw new BackupException(FailureKind.Source, conflict);
        }

        var topics = await catalog.GetTopicsAsync(new TopicFilter(configuration.Source.Topics), cancellation);
        var partitions = topics.SelectMany(topic => Enumerable.Range(0, topic.Partitions).Select(number => new PartitionId(topic.Name, number))).ToList();
        var bounds = await catalog.GetBoundsAsync(partitions, cancellation);
        return BackupPlan.Make(configuration, ledger, clusterId, topics, bounds);
    }
}
