using System.Buffers;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Oso;

/// <summary>Keeps <c>manifest.json</c>, the view of a backup that OSO's tool reads, in step with the ledger. It lags, and never leads.</summary>
/// <remarks>Only a definite "not there" counts as no manifest: on any other failure to read it nothing is written.</remarks>
public sealed class ManifestPublisher(IObjectStore store)
{
    private const int MaxTries = 5;
    private const int MaxNamed = 10;

    private readonly ForeignSegments _foreign = new(store);

    /// <summary>What the manifest says of the source, as far as the configuration knows it.</summary>
    /// <param name="Brokers">Addresses of the source.</param>
    /// <param name="Compression">The codec's name.</param>
    public sealed record SourceLabels(IReadOnlyList<string> Brokers, string Compression);

    /// <summary>Takes over what another program put into the manifest and the ledger does not answer for, and what it says of topics.</summary>
    /// <returns>How many entries were taken over, and a sentence for each thing that could not be.</returns>
    public async Task<AdoptionResult> AdoptAsync(LedgerWriter writer, CancellationToken cancellation)
    {
        var key = BackupKeys.Manifest(writer.Backup);
        var there = await store.HeadAsync(key, cancellation);
        if (there is null || there.ETag?.Value == writer.Ledger.Head.Rendered?.ManifestTag)
        {
            return new AdoptionResult([], []);
        }

        if (await store.GetAsync(key, cancellation) is not { } stored)
        {
            return new AdoptionResult([], []);
        }

        var manifest = ManifestJson.Read(stored.Content.Span, key);
        var adopted = await AdoptAsync(writer, manifest, cancellation);
        await writer.RecordSourceAsync(null, SettingsOf(manifest, writer.Ledger), cancellation);
        return adopted;
    }

    /// <summary>Writes the manifest when it does not show what the ledger says, or when another program wrote it since.</summary>
    /// <returns>A warning for the operator when another program had dropped entries of ours, or when objects are missing; null otherwise.</returns>
    /// <exception cref="StorageException">The manifest could not be read or written; it is as it was.</exception>
    public async Task<string?> RenderAsync(LedgerWriter writer, SourceLabels labels, CancellationToken cancellation)
    {
        var key = BackupKeys.Manifest(writer.Backup);
        var isInOrder = true;
        for (var attempt = 1; ; attempt++)
        {
            var there = await store.HeadAsync(key, cancellation);
            if (IsCurrent(writer.Ledger.Head, there))
            {
                return null;
            }

            // Counted first: what is taken over is new in the ledger, but not missing in the manifest.
            var newSinceRender = writer.Ledger.Head.EntryCount - (writer.Ledger.Head.Rendered?.Entries ?? 0) - writer.NotShown.Count;
            var isOurs = there is null || there.ETag?.Value == writer.Ledger.Head.Rendered?.ManifestTag;
            var isStreamed = there is not null && isOurs && isInOrder;
            var (existing, expected) = there is null || isStreamed ? (null, there?.ETag) : await TakeOverAsync(writer, key, cancellation);
            await writer.ClaimAsync(cancellation);
            var unshown = new UnshownSegments(store, writer);
            using var content = new SpooledContent();
            if (!await TryRenderAsync(new ManifestRenderer(writer, labels, unshown), existing, isStreamed ? key : null, content.Stream, cancellation))
            {
                isInOrder = false;
                continue;
            }

            if (await TryPutAsync(key, content.Read(), expected, cancellation) is { } tag)
            {
                await MarkAsync(writer, tag, isWhole: unshown.Missing.Count == 0, cancellation);
                return Warning(key, isOurs ? 0 : unshown.There - Math.Max(0, newSinceRender), unshown.Missing);
            }

            if (attempt == MaxTries)
            {
                throw new StorageException(key, $"{key} in {store.Name} was changed by another program {MaxTries} times while it was being written. "
                    + "What is committed is safe; the next run shows it. Let one program at a time work on a backup id.");
            }
        }
    }

    private static bool IsCurrent(Head head, ObjectProperties? there) =>
        !head.IsManifestStale && (there is null ? head.Change == 0 : there.ETag?.Value == head.Rendered?.ManifestTag);

    private async Task<AdoptionResult> AdoptAsync(LedgerWriter writer, BackupManifest manifest, CancellationToken cancellation)
    {
        var whole = await writer.ReadWholeAsync(cancellation);
        var (sound, problems) = await _foreign.CheckAsync(manifest, writer.Backup, KeysOf(whole), cancellation);
        var found = Look();
        if (found.IsEmpty)
        {
            return found;
        }

        // Claiming may bring in entries of another writer, so what is missing is looked up again.
        await writer.ClaimAsync(cancellation);
        whole = await writer.ReadWholeAsync(cancellation);
        found = Look();
        await writer.CommitAsync(found.Entries, cancellation);
        await writer.SupersedeAsync(found.Superseded, cancellation);
        return found;

        AdoptionResult Look()
        {
            var result = ManifestView.Adopt(sound, partition => whole.CoverageOf(partition).Ranges, KeysOf(whole));
            return result with { Problems = [.. problems, .. result.Problems], Superseded = PrunedRanges.Supersede(manifest.Topics, partition => whole.Partitions.GetValueOrDefault(partition)?.Entries ?? []) };
        }
    }

    /// <summary>What a manifest that another program wrote tells of the topics that the ledger knows. It was told by the source later than what the
    /// ledger knows, and counts until the source tells anew; what it does not tell may just be unknown to that program.</summary>
    private static List<TopicFacts> SettingsOf(BackupManifest manifest, LedgerOutline ledger) =>
        [.. manifest.Topics.Where(topic => ledger.Topics.ContainsKey(topic.Name)).Select(topic => ledger.Topics[topic.Name] with
        {
            ReplicationFactor = topic.SourceReplicationFactor,
            Configurations = topic.Configurations.Count > 0 ? topic.Configurations : null,
        })];

    private static HashSet<string> KeysOf(LedgerSnapshot ledger) =>
        ledger.Entries.Where(entry => entry.Segment is not null).Select(entry => entry.Segment!.Key).ToHashSet(StringComparer.Ordinal);

    private static async Task MarkAsync(LedgerWriter writer, ETag tag, bool isWhole, CancellationToken cancellation)
    {
        // One that lacks a segment of the ledger stays stale, so that each run looks for the object again and says so.
        var (change, entries) = (isWhole ? writer.Ledger.Head.Change : writer.Ledger.Head.Change - 1, writer.Ledger.Head.EntryCount);
        await writer.MarkAsync(head => head with { Rendered = new RenderMark(change, entries, tag.Value) }, cancellation);
        writer.NotShown.Clear();
    }

    private string? Warning(string key, long lost, IReadOnlyDictionary<string, SegmentInfo> missing)
    {
        var rewritten = lost <= 0 ? null : $"{key} had lost {lost} segments of this backup, as another program rewrote it. "
            + (missing.Count == 0 ? "It is whole again; nothing was lost." : "It names them again.");
        if (missing.Count == 0)
        {
            return rewritten;
        }

        var named = missing.Values.OrderBy(segment => segment.Key, StringComparer.Ordinal).Take(MaxNamed)
            .Select(segment => $"{segment.Key} (offsets {segment.StartOffset} to {segment.EndOffset})");
        var more = missing.Count > MaxNamed ? $" and {missing.Count - MaxNamed} more" : "";
        var records = missing.Values.Sum(segment => segment.RecordCount);
        var sentence = $"Objects of this backup are missing in {store.Name}: {string.Join(", ", named)}{more}. They hold {records} records, "
            + "which cannot be restored: manifest.json does not name them, and 'validate' says INVALID. "
            + "Bring the objects back from a version or copy, and the next run names them again.";
        return rewritten is null ? sentence : $"{rewritten} {sentence}";
    }

    /// <summary>Reads a manifest that another program wrote, and takes over what is new in it.</summary>
    private async Task<(BackupManifest? Manifest, ETag? Tag)> TakeOverAsync(LedgerWriter writer, string key, CancellationToken cancellation)
    {
        if (await store.GetAsync(key, cancellation) is not { } stored)
        {
            return (null, null);
        }

        var manifest = ManifestJson.Read(stored.Content.Span, key);
        await AdoptAsync(writer, manifest, cancellation);
        return (manifest, stored.ETag);
    }

    /// <summary>Renders to <paramref name="target"/>.</summary>
    /// <param name="renderer">Has the ledger.</param>
    /// <param name="existing">The present manifest, when it was read.</param>
    /// <param name="ownKey">Its key, when this program wrote it: then it may be long, and is read a topic at a time.</param>
    /// <param name="target">Takes the new one.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>False when its topics do not stand in order, and it has to be read whole.</returns>
    private async Task<bool> TryRenderAsync(ManifestRenderer renderer, BackupManifest? existing, string? ownKey, Stream target, CancellationToken cancellation)
    {
        try
        {
            var own = ownKey is null ? null : await store.OpenReadAsync(ownKey, cancellation);
            await using IManifestSource? source = existing is not null ? new ManifestInMemory(existing) : own is null ? null : await ManifestStream.OpenAsync(own, ownKey!, topics: null, cancellation);
            await renderer.RenderAsync(source, target, cancellation);
            return true;
        }
        catch (InvalidDataException) when (ownKey is not null)
        {
            return false;
        }
        catch (IOException e)
        {
            throw SpooledContent.Failed(e);
        }
    }

    /// <summary>Writes the manifest where the version read before still is. Null when it is not.</summary>
    private async Task<ETag?> TryPutAsync(string key, ReadOnlySequence<byte> content, ETag? expected, CancellationToken cancellation)
    {
        try
        {
            return await store.PutAsync(key, content, PutCondition.Expecting(expected), cancellation);
        }
        catch (StorageConflictException)
        {
            // The answer to an earlier try may have been lost.
            var there = await store.HeadAsync(key, cancellation);
            return there?.Size == content.Length && await HoldsAsync(key, content, cancellation) ? there.ETag : null;
        }
    }

    private async Task<bool> HoldsAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellation)
    {
        await using var stored = await store.OpenReadAsync(key, cancellation);
        var buffer = new byte[64 * 1024];
        while (stored is not null && content.Length > 0)
        {
            var read = await stored.ReadAsync(buffer, cancellation);
            if (read == 0 || read > content.Length || !buffer.AsSpan(0, read).SequenceEqual(content.Slice(0, read).ToArray()))
            {
                return false;
            }

            content = content.Slice(read);
        }

        return stored is not null;
    }
}
