namespace KafkaBackup.Shared.Oso;

/// <summary>A manifest that is read a topic at a time. For one reader, once.</summary>
internal interface IManifestSource : IAsyncDisposable
{
    /// <summary>The manifest without its topics. Of fields that this program does not know those behind the topics are there when these are through.</summary>
    BackupManifest Root { get; }

    /// <summary>The next topic; null behind the last.</summary>
    /// <exception cref="Storage.StorageException">The manifest cannot be read.</exception>
    ValueTask<ManifestTopic?> NextAsync(CancellationToken cancellation);
}
