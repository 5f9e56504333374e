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
    private readonly UnshownSegments _unshown = new(store);

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
        for (var attempt = 1; ; attempt++)
        {
            var there = await store.HeadAsync(key, cancellation);
            if (IsCurrent(writer.Ledger.Head, there))
            {
                return null;
            }

            var stored = there is null ? null : await store.GetAsync(key, cancellation);
            var existing = stored is null ? null : ManifestJson.Read(stored.Content.Span, key);
            var isOurs = existing is null || stored!.ETag.Value == writer.Ledger.Head.Rendered?.ManifestTag;
            // Counted first: what is taken over is new in the ledger, but not missing in the manifest.
            var newSinceRender = writer.Ledger.Head.EntryCount - (writer.Ledger.Head.Rendered?.Entries ?? 0) - writer.NotShown.Count;
            if (existing is not null && !isOurs)
            {
                await AdoptAsync(writer, existing, cancellation);
            }

            await writer.ClaimAsync(cancellation);
            var ledger = await writer.ReadWholeAsync(cancellation);
            var (restored, missing) = await _unshown.FindAsync(writer, ledger, existing, cancellation);
            var content = Render(writer.Backup, ledger, labels, existing, missing);
            if (await TryPutAsync(key, content, stored?.ETag, cancellation) is { } tag)
            {
                await MarkAsync(writer, tag, isWhole: missing.Count == 0, cancellation);
                return Warning(key, isOurs ? 0 : restored - Math.Max(0, newSinceRender), missing);
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
            return result with { Problems = [.. problems, .. result.Problems], Superseded = PrunedRanges.Supersede(manifest, whole) };
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

    private static ReadOnlyMemory<byte> Render(
        BackupId backup, LedgerSnapshot ledger, SourceLabels labels, BackupManifest? existing, IReadOnlyDictionary<string, SegmentInfo> missing)
    {
        var entries = ledger.Entries.Select(
            entry => entry.Segment is { } segment && missing.ContainsKey(segment.Key) ? entry with { Segment = null } : entry);
        return ManifestJson.Write(ManifestView.Render(
            backup, ledger.Head.CreatedAt, ledger.Head.SourceClusterId, labels.Brokers, labels.Compression,
            ledger.Topics, entries, existing));
    }

    /// <summary>Writes the manifest where the version read before still is. Null when it is not.</summary>
    private async Task<ETag?> TryPutAsync(string key, ReadOnlyMemory<byte> content, ETag? expected, CancellationToken cancellation)
    {
        try
        {
            return await store.PutAsync(key, new ReadOnlySequence<byte>(content), PutCondition.Expecting(expected), cancellation);
        }
        catch (StorageConflictException)
        {
            var there = await store.GetAsync(key, cancellation);
            return there is not null && there.Content.Span.SequenceEqual(content.Span) ? there.ETag : null;
        }
    }
}
