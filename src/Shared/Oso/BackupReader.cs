using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Oso;

/// <summary>Reads what backups hold: from the ledger, so that a crash before rendering hides nothing; without one, from the manifest.</summary>
public sealed class BackupReader(IObjectStore store)
{
    /// <summary>The ids of all backups in the store, in order.</summary>
    /// <param name="onUnreadable">Gets the failure of each folder that may not be looked into, such as <c>lost+found</c>. No backup beside
    /// it is less there for that.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="StorageException">The store cannot be read.</exception>
    public async Task<IReadOnlyList<string>> ListAsync(Action<StorageException> onUnreadable, CancellationToken cancellation)
    {
        var found = new List<string>();
        await foreach (var name in store.ListFoldersAsync("", cancellation))
        {
            if (BackupId.Problem(name) is not null)
            {
                continue;
            }

            try
            {
                if (await IsBackupAsync(new BackupId(name), cancellation))
                {
                    found.Add(name);
                }
            }
            catch (StorageException e) when (e.InnerException is UnauthorizedAccessException)
            {
                onUnreadable(e);
            }
        }

        return found;
    }

    /// <summary>What a backup holds, in the form of its manifest.</summary>
    /// <exception cref="BackupException">There is no such backup, or its id is none.</exception>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public async Task<BackupManifest> ReadAsync(string id, CancellationToken cancellation) => (await OpenAsync(id, cancellation)).Manifest;

    /// <summary>The id that a user gave.</summary>
    /// <exception cref="BackupException">It cannot be one.</exception>
    public static BackupId IdOf(string id) => BackupId.Problem(id) is { } problem ? throw new BackupException(FailureKind.Configuration, $"--backup-id: {problem}.") : new BackupId(id);

    /// <summary>As <see cref="ReadAsync"/>, with the ledger.</summary>
    public async Task<BackupContents> OpenAsync(string id, CancellationToken cancellation)
    {
        var backup = IdOf(id);
        var key = BackupKeys.Manifest(backup);
        var stored = await store.GetAsync(key, cancellation);
        var manifest = stored is null ? null : ManifestJson.Read(stored.Content.Span, key);
        var ledger = await LedgerReader.ReadAsync(store, backup, cancellation);
        if (ledger is null)
        {
            return new BackupContents(manifest ?? throw new BackupException(FailureKind.Configuration,
                $"There is no backup '{backup}' in {store.Name}. See 'kafka-backup list --path' for those that are there."), null);
        }

        var pruned = (manifest is null ? [] : PrunedRanges.Supersede(manifest, ledger)).ToDictionary(entry => (entry.Partition, entry.Range));
        var entries = ledger.Entries.Select(entry => pruned.GetValueOrDefault((entry.Partition, entry.Range), entry));
        var shown = ManifestView.Render(
            backup, ledger.Head.CreatedAt, ledger.Head.SourceClusterId, [], CodecOf(ledger), ledger.Topics, entries, manifest);
        return new BackupContents(shown, ledger);
    }

    private async Task<bool> IsBackupAsync(BackupId backup, CancellationToken cancellation) =>
        await store.HeadAsync(BackupKeys.Manifest(backup), cancellation) is not null
        || await store.HeadAsync(BackupKeys.Head(backup), cancellation) is not null;

    private static string CodecOf(LedgerSnapshot ledger)
    {
        var first = ledger.Entries.FirstOrDefault(entry => entry.Segment is not null)?.Segment;
        return (first is null ? new BackupSection().Compression : CompressionCodecNames.OfKey(first.Key)).Name();
    }
}
