using System.Text.Json;
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
    public async Task RenderAsync(IManifestSource? existing, Stream target, CancellationToken cancellation)
    {
        var ledger = writer.Ledger;
        using var json = ManifestJson.WriterOn(target);
        json.WriteStartObject();
        WriteMembers(json, RootOf(existing), isBehindTopics: false);
        json.WritePropertyName("topics");
        json.WriteStartArray();
        using var entries = (await writer.OpenEntriesAsync(cancellation)).GetEnumerator();
        using var facts = ledger.Topics.Values.OrderBy(topic => topic.Name, StringComparer.Ordinal).GetEnumerator();
        var (entry, fact, there) = (Next(entries), Next(facts), await NextAsync(existing, cancellation));
        while (Least(entry?.Partition.Topic, fact?.Name, there?.Name) is { } name)
        {
            var ofTopic = new List<LedgerEntry>();
            for (; entry?.Partition.Topic == name; entry = Next(entries))
            {
                ofTopic.Add(entry);
            }

            var shown = new List<ManifestTopic>();
            for (; there?.Name == name; there = await NextAsync(existing, cancellation))
            {
                shown.Add(there);
            }

            await unshown.LookAsync(name, ofTopic, shown, cancellation);
            ManifestJson.Write(json, ManifestView.RenderTopic(name, fact?.Name == name ? fact : null, ofTopic.Select(WithoutMissing), shown));
            fact = fact?.Name == name ? Next(facts) : fact;
            json.Flush(); // To a file of this machine, for which nothing is to be awaited.
        }

        json.WriteEndArray();
        WriteMembers(json, RootOf(existing), isBehindTopics: true);
        json.WriteEndObject();
    }

    private LedgerEntry WithoutMissing(LedgerEntry entry) => entry.Segment is { } segment && unshown.Missing.ContainsKey(segment.Key) ? entry with { Segment = null } : entry;

    private BackupManifest RootOf(IManifestSource? existing) => ManifestView.RenderRoot(
        writer.Backup, writer.Ledger.Head.CreatedAt, writer.Ledger.Head.SourceClusterId, labels.Brokers, labels.Compression, existing?.Root);

    /// <summary>Writes the members of a manifest that stand before its topics, or behind them.</summary>
    private static void WriteMembers(Utf8JsonWriter json, BackupManifest root, bool isBehindTopics)
    {
        var isBehind = false;
        foreach (var member in ManifestJson.ToElement(root).EnumerateObject())
        {
            if (member.NameEquals("topics"u8))
            {
                isBehind = true;
            }
            else if (isBehind == isBehindTopics)
            {
                member.WriteTo(json);
            }
        }
    }

    private static T? Next<T>(IEnumerator<T> list)
        where T : class => list.MoveNext() ? list.Current : null;

    private static async ValueTask<ManifestTopic?> NextAsync(IManifestSource? existing, CancellationToken cancellation) =>
        existing is null ? null : await existing.NextAsync(cancellation);

    private static string? Least(params ReadOnlySpan<string?> names)
    {
        string? least = null;
        foreach (var name in names)
        {
            least = name is not null && (least is null || string.CompareOrdinal(name, least) < 0) ? name : least;
        }

        return least;
    }
}
