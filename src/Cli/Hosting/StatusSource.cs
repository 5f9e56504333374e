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
    public static StatusSource Of(BackupConfiguration configuration, IObjectStore store) => new(
        store, configuration.BackupId.Value, new TopicFilter(configuration.Source.Topics, configuration.Backup) { DemandsLiterals = false },
        new KafkaTopicCatalog(new KafkaClients(configuration, NullLogger<KafkaClients>.Instance)));

    /// <summary>Reads it.</summary>
    /// <param name="database">An <c>offsets.db</c> to be shown beside; null: none.</param>
    /// <param name="cancellation">Ends it early.</param>
    public async Task<StatusReport> ReadAsync(string? database, CancellationToken cancellation)
    {
        var contents = await new BackupReader(store).OpenAsync(backup, cancellation);
        var bounds = catalog is null ? null : await BoundsAsync(catalog, cancellation);
        return new StatusReport
        {
            Contents = contents,
            Source = bounds,
            OpenTransactions = catalog is null ? new Dictionary<PartitionId, OpenTransaction>() : await catalog.FindOpenTransactionsAsync([.. bounds!.Keys], cancellation),
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
