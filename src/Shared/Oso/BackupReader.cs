using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Oso;

/// <summary>Reads what backups hold: from the ledger, so that a crash before rendering hides nothing; without one, from the manifest.</summary>
public sealed class BackupReader(IObjectStore store)
{
    /// <summary>How often reading is begun that breaks off.</summary>
    private const int Tries = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Whether a manifest that comes over the network is copied to a temporary file first, as its user takes much time over each topic. Default: false.</summary>
    public bool SpoolsManifest { get; init; }

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

    /// <summary>What a backup holds, in the form of its manifest, with all segments.</summary>
    /// <exception cref="BackupException">There is no such backup, or its id is none.</exception>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public Task<BackupManifest> ReadAsync(string id, CancellationToken cancellation) => ReadAsync(id, topic => topic, cancellation);

    /// <summary>What a backup holds, in the form of its manifest, with what <paramref name="keep"/> leaves of each topic; null for those that it leaves nothing of.</summary>
    /// <inheritdoc cref="ReadAsync(string, CancellationToken)"/>
    public Task<BackupManifest> ReadAsync(string id, Func<ManifestTopic, ManifestTopic?> keep, CancellationToken cancellation) => ReadAsync(id, topics: null, async stream =>
    {
        var topics = await stream.TopicsAsync(cancellation).Select(topic => keep(topic.Manifest)).Where(topic => topic is not null).ToListAsync(cancellation);
        return stream.Root with { Topics = topics! };
    }, cancellation);

    /// <summary>Reads a backup a topic at a time.</summary>
    /// <param name="id">The backup.</param>
    /// <param name="topics">The only topics that are wanted; null: all.</param>
    /// <param name="use">Makes something of it, and has no effect before that: it is called again where reading broke off, and with what was read whole where ledger and manifest cannot be read side by side.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="BackupException">There is no such backup, or its id is none.</exception>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public async Task<T> ReadAsync<T>(string id, IReadOnlySet<string>? topics, Func<BackupStream, Task<T>> use, CancellationToken cancellation)
    {
        var backup = IdOf(id);
        for (var tries = 1; ; tries++)
        {
            BackupStream? stream = null;
            try
            {
                stream = await OpenAsync(backup, topics, cancellation);
                return await use(stream);
            }
            catch (StorageException e) when (e.IsRetryable && stream?.HasFailed != false && tries < Tries)
            {
                // It broke off on the way.
                await Task.Delay(Pause * tries, cancellation);
                continue;
            }
            catch (Exception e) when (stream?.HasFailed != false && (e is InvalidDataException || e is StorageException failure && !IsAway(failure)))
            {
                // Another program's manifest may be in any order, and what is damaged is told by who has read all of it.
            }
            finally
            {
                await (stream?.DisposeAsync() ?? ValueTask.CompletedTask);
            }

            break;
        }

        await using var whole = await ReadWholeAsync(backup, topics, cancellation);
        return await use(whole);
    }

    /// <summary>The id that a user gave.</summary>
    /// <exception cref="BackupException">It cannot be one.</exception>
    public static BackupId IdOf(string id) => BackupId.Problem(id) is { } problem ? throw new BackupException(FailureKind.Configuration, $"--backup-id: {problem}.") : new BackupId(id);

    /// <summary>Whether the store does not answer, or has not for as long as it was waited for: who asks once more waits once more.</summary>
    private static bool IsAway(StorageException failure) => failure.IsRetryable || failure.InnerException is StorageException { IsRetryable: true };

    private async Task<BackupStream> OpenAsync(BackupId backup, IReadOnlySet<string>? topics, CancellationToken cancellation)
    {
        var key = BackupKeys.Manifest(backup);
        var stored = await store.OpenReadAsync(key, cancellation);
        stored = SpoolsManifest && stored is { CanSeek: false } ? await SpooledContent.CopyAsync(stored, cancellation) : stored;
        var manifest = stored is null ? null : await ManifestStream.OpenAsync(stored, key, topics, cancellation);
        try
        {
            var needed = manifest?.Root.Compression is null or "" ? null : topics; // The first segment of all tells it.
            return Of(backup, await LedgerReader.OpenAsync(store, backup, needed, cancellation), manifest, topics);
        }
        catch
        {
            await (manifest?.DisposeAsync() ?? ValueTask.CompletedTask);
            throw;
        }
    }

    private async Task<BackupStream> ReadWholeAsync(BackupId backup, IReadOnlySet<string>? topics, CancellationToken cancellation)
    {
        var key = BackupKeys.Manifest(backup);
        var stored = await store.GetAsync(key, cancellation);
        var manifest = stored is null ? null : ManifestJson.Read(stored.Content.Span, key);
        var ledger = await LedgerReader.ReadAsync(store, backup, cancellation);
        var shown = manifest?.Topics.Where(topic => topics?.Contains(topic.Name) != false);
        return Of(
            backup,
            ledger is null ? null : new LedgerStream(ledger),
            manifest is null ? null : new ManifestInMemory(manifest, ledger is null ? shown! : shown!.OrderBy(topic => topic.Name, StringComparer.Ordinal)),
            topics);
    }

    private BackupStream Of(BackupId backup, LedgerStream? ledger, IManifestSource? manifest, IReadOnlySet<string>? topics) => ledger is null && manifest is null
        ? throw new BackupException(FailureKind.Configuration, $"There is no backup '{backup}' in {store.Name}. See 'kafka-backup list --path' for those that are there.")
        : new BackupStream(backup, ledger, manifest, topics);

    private async Task<bool> IsBackupAsync(BackupId backup, CancellationToken cancellation) =>
        await store.HeadAsync(BackupKeys.Manifest(backup), cancellation) is not null
        || await store.HeadAsync(BackupKeys.Head(backup), cancellation) is not null;
}
