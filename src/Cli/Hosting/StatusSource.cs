using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaBackup.Cli.Hosting;

/// <summary>Where the status of one backup is read: its store, and its source if that is to be asked.</summary>
internal sealed class StatusSource(IObjectStore store, string backup, TopicFilter? filter, ITopicCatalog? catalog) : IDisposable
{
    /// <summary>Store and source of a configuration.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="store">Its store, as patient as it should be.</param>
    /// <param name="leaderPatience">How long to wait for partitions without a leader; null: as long as a run does. Who has little time is not told of open
    /// transactions either.</param>
    public static StatusSource Of(BackupConfiguration configuration, IObjectStore store, TimeSpan? leaderPatience = null)
    {
        var clients = new KafkaClients(configuration, NullLogger<KafkaClients>.Instance);
        return new StatusSource(
            store, configuration.BackupId.Value, new TopicFilter(configuration.Source.Topics, configuration.Backup) { DemandsLiterals = false },
            leaderPatience is { } patience ? new KafkaTopicCatalog(clients, patience) : new KafkaTopicCatalog(clients))
        {
            AsksTransactions = leaderPatience is null,
        };
    }

    private bool AsksTransactions { get; init; } = true;

    /// <summary>Reads it.</summary>
    /// <param name="database">An <c>offsets.db</c> to be shown beside; null: none.</param>
    /// <param name="cancellation">Ends it early.</param>
    public async Task<StatusReport> ReadAsync(string? database, CancellationToken cancellation)
    {
        var (id, head, stored) = await new BackupReader(store).ReadAsync(
            backup, topics: null, async contents => (contents.Root.BackupId, contents.Head, await StoredPartition.ReadAsync(contents, cancellation)), cancellation);
        var bounds = catalog is null ? null : await BoundsAsync(catalog, cancellation);
        return new StatusReport
        {
            BackupId = id,
            Head = head,
            Stored = stored,
            Source = bounds,
            OpenTransactions = catalog is null || !AsksTransactions ? new Dictionary<PartitionId, OpenTransaction>() : await catalog.FindOpenTransactionsAsync([.. bounds!.Keys], cancellation),
            LocalOffsets = database is null ? null : Saved(database),
        };
    }

    public void Dispose()
    {
        catalog?.Dispose();
        (store as IDisposable)?.Dispose();
    }

    private async Task<IReadOnlyDictionary<PartitionId, PartitionBounds>> BoundsAsync(ITopicCatalog source, CancellationToken cancellation)
    {
        var topics = await source.GetTopicsAsync(filter!, cancellation);
        return await source.GetBoundsAsync(
            [.. topics.SelectMany(topic => Enumerable.Range(0, topic.Partitions).Select(number => new PartitionId(topic.Name, number)))], LogEnd.HighWatermark, cancellation);
    }

    private IReadOnlyDictionary<PartitionId, long> Saved(string database) => OffsetDatabase.TryRead(database, new BackupId(backup), out var problem)
        ?? throw new BackupException(FailureKind.Configuration, problem ?? $"--db-path: there is no file '{database}'.");
}
