namespace KafkaBackup.Shared.Oso;

/// <summary>A manifest that was read whole, as one that another program wrote: its topics may stand in any order, and a name more than once.</summary>
/// <param name="manifest">The manifest.</param>
/// <param name="topics">Its topics, as they are to be given out.</param>
internal sealed class ManifestInMemory(BackupManifest manifest, IEnumerable<ManifestTopic> topics) : IManifestSource
{
    private readonly IEnumerator<ManifestTopic> _topics = topics.GetEnumerator();

    /// <summary>All topics in ordinal order of their names.</summary>
    public ManifestInMemory(BackupManifest manifest)
        : this(manifest, manifest.Topics.OrderBy(topic => topic.Name, StringComparer.Ordinal))
    {
    }

    public BackupManifest Root { get; } = manifest with { Topics = [] };

    public ValueTask<ManifestTopic?> NextAsync(CancellationToken cancellation) => ValueTask.FromResult(_topics.MoveNext() ? _topics.Current : null);

    public ValueTask DisposeAsync()
    {
        _topics.Dispose();
        return ValueTask.CompletedTask;
    }
}
