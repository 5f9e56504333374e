using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared;

/// <summary>What a node needs to work on one backup.</summary>
/// <param name="Configuration">The user's configuration.</param>
/// <param name="Store">Where the backup lives.</param>
/// <param name="Source">Reads records.</param>
/// <param name="Catalog">Reads topics and offsets.</param>
public sealed record BackupEnvironment(BackupConfiguration Configuration, IObjectStore Store, IRecordSource Source, ITopicCatalog Catalog)
{
    /// <summary>Tells whether topics are still those that were planned.</summary>
    public TopicIdentities TopicIds { get; } = new(Catalog);

    /// <summary>How long this run bears with its store. Default: one that nobody asks.</summary>
    public StorePatience Patience { get; init; } = new(TimeProvider.System);

    /// <summary>The store for what can be done later, such as views: a failure comes back soon. Default: <see cref="Store"/>.</summary>
    public IObjectStore Views { get => field ?? Store; init; }
}
