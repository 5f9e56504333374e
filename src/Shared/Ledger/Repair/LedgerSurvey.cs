using System.Text.Json;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Ledger.Repair;

/// <summary>Reads everything that can tell what a backup holds. What does not read sound is noted, and counts as not there.</summary>
internal sealed class LedgerSurvey(IObjectStore store, BackupId backup)
{
    private const int Parallelism = 16;

    private readonly List<string> _damage = [];
    private bool _isWhole = true;

    /// <summary>Reads the ledger's objects and the manifest, and lists all segments.</summary>
    /// <exception cref="StorageException">The store failed, or an object is of a newer format than this program knows.</exception>
    public async Task<LedgerEvidence> ReadAsync(CancellationToken cancellation)
    {
        var (head, tag) = await ReadHeadAsync(cancellation);
        var named = head?.Parts.ToDictionary(part => part.Key, StringComparer.Ordinal) ?? [];
        var partKeys = await ListAsync(BackupKeys.PartsPrefix(backup), cancellation);
        var topicsKeys = await ListAsync(BackupKeys.TopicsPrefix(backup), cancellation);
        var parts = new List<FoundPart>();
        foreach (var key in partKeys.Union(named.Keys).OrderByDescending(key => key, StringComparer.Ordinal))
        {
            if (await ReadPartAsync(key, named.GetValueOrDefault(key), cancellation) is { } part)
            {
                parts.Add(part);
            }
        }

        var (topicsKey, topics) = await ReadTopicsAsync(head, topicsKeys, cancellation);
        var isWhole = head is not null && _isWhole;
        var manifest = await ReadManifestAsync(cancellation);
        var segments = await SegmentsAsync(head, parts, manifest, cancellation);
        var objects = partKeys.Concat(topicsKeys).ToList();
        return new LedgerEvidence
        {
            Backup = backup,
            Head = head,
            HeadTag = tag,
            Parts = parts,
            Topics = topics,
            TopicsKey = topicsKey,
            Manifest = manifest,
            Segments = segments,
            Damage = _damage,
            IsWhole = isWhole,
            IsHistoryWhole = isWhole && !objects.Exists(key => LostHistory.IsAhead(key, head!))
                && !segments.Keys.Any(key => LostHistory.EpochOf(key) > head!.Epoch),
            HighestEpoch = objects.Concat(segments.Keys).Select(key => LostHistory.EpochOf(key) ?? 0).Append(head?.Epoch ?? 0).Max(),
            HighestSequence = objects.Select(key => BackupKeys.SequenceOf(key) ?? 0).Append(head?.Seq ?? 0).Max(),
        };
    }

    private async Task<(Head? Head, ETag? Tag)> ReadHeadAsync(CancellationToken cancellation)
    {
        var key = BackupKeys.Head(backup);
        if (await store.GetAsync(key, cancellation) is not { } stored)
        {
            return (null, null);
        }

        try
        {
            return (HeadCodec.Read(stored.Content.Span, key), stored.ETag);
        }
        catch (StorageException e) when (e.InnerException is JsonException damage)
        {
            // A format that is not known comes without one: a head of a newer program must not be replaced.
            _damage.Add($"{key} is damaged: {damage.Message}");
            return (null, stored.ETag);
        }
    }

    /// <summary>A part by the head's word, or, where no head names it, by its own.</summary>
    private async Task<FoundPart?> ReadPartAsync(string key, PartReference? reference, CancellationToken cancellation)
    {
        if (await store.GetAsync(key, cancellation) is not { } stored)
        {
            NotedMissing(key, isNamed: reference is not null);
            return null;
        }

        try
        {
            return new FoundPart(key, reference is not null,
                reference is null ? PartCodec.Read(stored.Content.Span, key) : PartCodec.Read(stored.Content.Span, reference));
        }
        catch (StorageException e)
        {
            _damage.Add(e.Message[..(e.Message.IndexOf(". ", StringComparison.Ordinal) + 1)]);
            _isWhole &= reference is null;
            return null;
        }
    }

    private async Task<(string? Key, IReadOnlyList<TopicFacts> Topics)> ReadTopicsAsync(
        Head? head, IEnumerable<string> keys, CancellationToken cancellation)
    {
        foreach (var key in keys.OrderByDescending(key => key, StringComparer.Ordinal).Prepend(head?.Topics).OfType<string>().Distinct())
        {
            if (await store.GetAsync(key, cancellation) is not { } stored)
            {
                NotedMissing(key, isNamed: key == head?.Topics);
                continue;
            }

            try
            {
                return (key, HeadCodec.ReadTopics(stored.Content.Span, key));
            }
            catch (StorageException e) when (e.InnerException is JsonException damage)
            {
                _damage.Add($"{key} is damaged: {damage.Message}");
                _isWhole &= key != head?.Topics;
            }
        }

        return (null, []);
    }

    private async Task<BackupManifest?> ReadManifestAsync(CancellationToken cancellation)
    {
        var key = BackupKeys.Manifest(backup);
        if (await store.GetAsync(key, cancellation) is not { } stored)
        {
            return null;
        }

        try
        {
            return ManifestJson.Read(stored.Content.Span, key);
        }
        catch (StorageException e)
        {
            _damage.Add(e.Message);
            return null;
        }
    }

    /// <summary>Sizes of all segments: one listing, and a question for each that something names and the listing does not show.</summary>
    private async Task<Dictionary<string, long>> SegmentsAsync(
        Head? head, IEnumerable<FoundPart> parts, BackupManifest? manifest, CancellationToken cancellation)
    {
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var found in store.ListAsync(BackupKeys.SegmentsPrefix(backup), cancellation))
        {
            if (BackupKeys.PartitionOf(backup, found.Key) is not null)
            {
                sizes.Add(found.Key, found.Size);
            }
        }

        var shown = manifest?.Topics.SelectMany(topic => topic.Partitions).SelectMany(partition => partition.Segments) ?? [];
        var named = parts.Where(part => part.IsNamed).SelectMany(part => part.Entries).Concat(head?.Tail ?? [])
            .Select(entry => entry.Segment?.Key).Concat(shown.Select(segment => segment.Key));
        var unseen = named.OfType<string>().Where(key => !sizes.ContainsKey(key)).Distinct().ToList();
        var answers = new ObjectProperties?[unseen.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellation };
        await Parallel.ForAsync(0, unseen.Count, options, async (i, stop) => answers[i] = await store.HeadAsync(unseen[i], stop));
        foreach (var found in answers.OfType<ObjectProperties>())
        {
            sizes.Add(found.Key, found.Size);
        }

        return sizes;
    }

    /// <summary>What nothing names may have been deleted since it was listed; what the head names may not.</summary>
    private void NotedMissing(string key, bool isNamed)
    {
        if (isNamed)
        {
            _damage.Add($"{key} is missing, and the head names it.");
            _isWhole = false;
        }
    }

    private async Task<List<string>> ListAsync(string prefix, CancellationToken cancellation)
    {
        var keys = new List<string>();
        await foreach (var found in store.ListAsync(prefix, cancellation))
        {
            keys.Add(found.Key);
        }

        return keys;
    }
}
