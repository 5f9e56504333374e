using System.Runtime.CompilerServices;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Oso;

/// <summary>Writes the manifest that <see cref="ManifestView.Render"/> makes, a topic at a time: of the ledger and the present manifest no more than that is in memory.</summary>
/// <param name="writer">Has the ledger.</param>
/// <param name="labels">What the configuration says of the source.</param>
/// <param name="unshown">Looks for objects that the present manifest does not name.</param>
internal sealed class ManifestRenderer(LedgerWriter writer, ManifestPublisher.SourceLabels labels, UnshownSegments unshown)
{
    /// <summary>Writes the manifest to <paramref name="target"/>.</summary>
    /// <param name="existing">The present manifest; null when there is none.</param>
    /// <param name="target">Takes it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StorageException">The store failed, or ledger or manifest cannot be read.</exception>
    public async Task RenderAsync(IManifestSource? existing, Stream target, CancellationToken cancellation) =>
        await ManifestWriter.WriteAsync(() => RootOf(existing), TopicsAsync(existing, cancellation), target);

    private async IAsyncEnumerable<ManifestTopic> TopicsAsync(IManifestSource? existing, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var topic in TopicPieces.OfAsync(await writer.OpenEntriesAsync(cancellation), writer.Ledger.Topics.Values, existing, cancellation))
        {
            await unshown.LookAsync(topic.Name, topic.Entries, topic.Shown, cancellation);
            yield return ManifestView.RenderTopic(topic.Name, topic.Facts, topic.Entries.Select(WithoutMissing), topic.Shown);
        }
    }

    private LedgerEntry WithoutMissing(LedgerEntry entry) => entry.Segment is { } segment && unshown.Missing.ContainsKey(segment.Key) ? entry with { Segment = null } : entry;

    private BackupManifest RootOf(IManifestSource? existing) => ManifestView.RenderRoot(
        writer.Backup, writer.Ledger.Head.CreatedAt, writer.Ledger.Head.SourceClusterId, labels.Brokers, labels.Compression, existing?.Root);
}
