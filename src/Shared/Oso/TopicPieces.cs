using System.Runtime.CompilerServices;
using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.Shared.Oso;

/// <summary>What ledger and manifest have of one topic.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Facts">What is remembered of it, if anything is.</param>
/// <param name="Entries">Its entries, by partition and base.</param>
/// <param name="Shown">What the manifest has under its name.</param>
internal sealed record TopicPieces(string Name, TopicFacts? Facts, IReadOnlyList<LedgerEntry> Entries, IReadOnlyList<ManifestTopic> Shown)
{
    /// <summary>Goes through ledger and manifest side by side. No more than a topic of them is in memory.</summary>
    /// <param name="entries">The ledger's entries, in order.</param>
    /// <param name="facts">What is remembered of topics, in any order.</param>
    /// <param name="manifest">The manifest; null when there is none.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="InvalidDataException">The manifest's topics do not stand in ordinal order: another program wrote it, and it is to be read whole.</exception>
    /// <exception cref="Storage.StorageException">Ledger or manifest cannot be read.</exception>
    public static async IAsyncEnumerable<TopicPieces> OfAsync(
        IEnumerable<LedgerEntry> entries, IEnumerable<TopicFacts> facts, IManifestSource? manifest, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var ofLedger = entries.GetEnumerator();
        using var remembered = facts.OrderBy(topic => topic.Name, StringComparer.Ordinal).GetEnumerator();
        var (entry, fact, there, before) = (Next(ofLedger), Next(remembered), await NextAsync(manifest, cancellation), default(string));
        while (Least(entry?.Partition.Topic, fact?.Name, there?.Name) is { } name)
        {
            if (string.CompareOrdinal(name, before) <= 0 && before is not null)
            {
                throw new InvalidDataException($"Topic '{name}' does not stand behind '{before}'.");
            }

            var ofTopic = new List<LedgerEntry>();
            for (; entry?.Partition.Topic == name; entry = Next(ofLedger))
            {
                ofTopic.Add(entry);
            }

            var shown = new List<ManifestTopic>();
            for (; there?.Name == name; there = await NextAsync(manifest, cancellation))
            {
                shown.Add(there);
            }

            yield return new TopicPieces(name, fact?.Name == name ? fact : null, ofTopic, shown);
            (fact, before) = (fact?.Name == name ? Next(remembered) : fact, name);
        }
    }

    private static T? Next<T>(IEnumerator<T> list)
        where T : class => list.MoveNext() ? list.Current : null;

    private static async ValueTask<ManifestTopic?> NextAsync(IManifestSource? manifest, CancellationToken cancellation) =>
        manifest is null ? null : await manifest.NextAsync(cancellation);

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
