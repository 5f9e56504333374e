using System.Buffers;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Oso;

/// <summary>Keeps <c>manifest.json</c>, the view of a backup that OSO's tool reads, in step with the ledger. It lags, and never leads.</summary>
/// <remarks>Only a definite "not there" counts as no manifest: on any other failure to read it nothing is written.</remarks>
public sealed class ManifestPublisher(IObjectStore store)
{
    private const int MaxTries = 5;

    private readonly ForeignSegments _foreign = new(store);

    /// <summary>What the manifest says of the source, as far as the configuration knows it.</summary>
    /// <param name="Brokers">Addresses of the source.</param>
    /// <param name="Compression">The codec's name.</param>
    public sealed record SourceLabels(IReadOnlyList<string> Brokers, string Compression);

    /// <summary>Takes over what another program put into the manifest and the ledger does not answer for.</summary>
    /// <returns>How many entries were taken over, and a sentence for each thing that could not be.</returns>
    public async Task<AdoptionResult> AdoptAsync(LedgerWriter writer, CancellationToken cancellation)
    {
        var key = BackupKeys.Manifest(writer.Backup);
        var there = await store.HeadAsync(key, cancellation);
        if (there is null || there.ETag?.Value == writer.Ledger.Head.Rendered?.ManifestTag)
        {
            return new AdoptionResult([], []);
        }

        return await store.GetAsync(key, cancellation) is { } stored
            ? await AdoptAsync(writer, ManifestJson.Read(stored.Content.Span, key), cancellation)
            : new AdoptionResult([], []);
    }

    /// <summary>Writes the manifest when it does not show what the ledger says, or when another program wrote it since.</summary>
    /// <returns>A warning for the operator when another program had dropped entries of ours; null otherwise.</returns>
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
            var lost = 0L;
            if (existing is not null)
            {
                // Counted first: what is taken over is new in the ledger, but not missing in the manifest.
                lost = stored!.ETag.Value == writer.Ledger.Head.Rendered?.ManifestTag ? 0 : CountLost(writer.Ledger, existing);
                await AdoptAsync(writer, existing, cancellation);
            }

            await writer.ClaimAsync(cancellation);
            var content = Render(writer, labels, existing);
            if (await TryPutAsync(key, content, stored?.ETag, cancellation) is { } tag)
            {
                var (change, entries) = (writer.Ledger.Head.Change, writer.Ledger.Head.EntryCount);
                await writer.MarkAsync(head => head with { Rendered = new RenderMark(change, entries, tag.Value) }, cancellation);
                return lost == 0 ? null : $"{key} had lost {lost} segments of this backup, as another program rewrote it. It is whole again; nothing was lost.";
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
        var (sound, problems) = await _foreign.CheckAsync(manifest, writer.Backup, KeysOf(writer.Ledger), cancellation);
        var found = Look();
        if (found.Entries.Count == 0)
        {
            return found;
        }

        // Claiming may bring in entries of another writer, so what is missing is looked up again.
        await writer.ClaimAsync(cancellation);
        found = Look();
        await writer.CommitAsync(found.Entries, cancellation);
        return found;

        AdoptionResult Look()
        {
            var result = ManifestView.Adopt(sound, partition => writer.Ledger.CoverageOf(partition).Ranges, KeysOf(writer.Ledger));
            return result with { Problems = [.. problems, .. result.Problems] };
        }
    }

    private static HashSet<string> KeysOf(LedgerSnapshot ledger) =>
        ledger.Entries.Where(entry => entry.Segment is not null).Select(entry => entry.Segment!.Key).ToHashSet(StringComparer.Ordinal);

    /// <summary>How many segments that an earlier render showed are no longer in the manifest.</summary>
    private static long CountLost(LedgerSnapshot ledger, BackupManifest existing)
    {
        var shown = existing.Topics.SelectMany(topic => topic.Partitions).SelectMany(partition => partition.Segments)
            .Select(segment => segment.Key).ToHashSet(StringComparer.Ordinal);
        var missing = KeysOf(ledger).Count(key => !shown.Contains(key));
        var newSinceRender = ledger.Head.EntryCount - (ledger.Head.Rendered?.Entries ?? 0);
        return Math.Max(0, missing - newSinceRender);
    }

    private static ReadOnlyMemory<byte> Render(LedgerWriter writer, SourceLabels labels, BackupManifest? existing)
    {
        var ledger = writer.Ledger;
        return ManifestJson.Write(ManifestView.Render(
            writer.Backup, ledger.Head.CreatedAt, ledger.Head.SourceClusterId, labels.Brokers, labels.Compression,
            ledger.Topics.ToDictionary(topic => topic.Key, topic => topic.Value.Partitions, StringComparer.Ordinal), ledger.Entries, existing));
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
