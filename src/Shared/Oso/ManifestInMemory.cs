namespace KafkaBackup.Shared.Oso;

/// <summary>A manifest that was read whole, as one that another program wrote: its topics may stand in any order, and a name more than once.</summary>
/// <param name="manifest">The manifest.</param>
internal sealed class ManifestInMemory(BackupManifest manifest) : IManifestSource
{
    private readonly IEnumerator<ManifestTopic> _topics = manifest.Topics.OrderBy(topic => topic.Name, StringComparer.Ordinal).GetEnumerator();

    public BackupManifest Root { get; } = manifest with { Topics = [] };

    public ValueTask<ManifestTopic?> NextAsync(CancellationToken cancellation) => ValueTask.FromResult(_topics.MoveNext() ? _topics.Current : null);

    public ValueTask DisposeAsync()
    {
        _topics.Dispose();
        return ValueTask.CompletedTask;
    }
}
