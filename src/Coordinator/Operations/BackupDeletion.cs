using KafkaBackup.Shared;
using KafkaBackup.Shared.Operations;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Coordinator.Operations;

/// <summary>Deletes all that a backup has stored, and nothing else that lies below its name: that may be a prefix of others.</summary>
/// <remarks>Head and manifest go first: what is left of a backup whose deletion broke off is none that anybody restores in part. A store that refuses the
/// first keeps the backup whole; one that refuses others is told of, and the rest goes.</remarks>
/// <param name="store">Where the backup lies.</param>
public sealed class BackupDeletion(IObjectStore store)
{
    private const int AtOnce = 16;

    /// <summary>So often is listed what has come meanwhile, as of a run of another program.</summary>
    private const int Passes = 3;

    /// <summary>Deletes it. Deleting what is not there is no error.</summary>
    /// <exception cref="StorageException">The store cannot be listed, or does not answer. What was deleted is.</exception>
    public async Task<DeletionReport> ExecuteAsync(BackupId backup, CancellationToken cancellation)
    {
        var deleted = 0L;
        string[] first = [BackupKeys.Head(backup), BackupKeys.Manifest(backup)];
        foreach (var key in first)
        {
            if (await store.HeadAsync(key, cancellation) is null)
            {
                continue;
            }

            if (await DeleteAsync(key, cancellation) is { } refusal)
            {
                var left = await StoredAsync(backup, cancellation).CountAsync(cancellation);
                return new DeletionReport(deleted, left, refusal);
            }

            deleted++;
        }

        string? problem = null;
        var kept = new HashSet<string>(StringComparer.Ordinal);
        for (var pass = 0; pass < Passes; pass++)
        {
            var before = deleted;
            await foreach (var batch in StoredAsync(backup, cancellation).Where(key => !kept.Contains(key)).Chunk(AtOnce).WithCancellation(cancellation))
            {
                foreach (var (key, refusal) in await Task.WhenAll(batch.Select(async key => (key, Refusal: await DeleteAsync(key, cancellation)))))
                {
                    if (refusal is null)
                    {
                        deleted++;
                    }
                    else
                    {
                        kept.Add(key);
                        problem ??= refusal;
                    }
                }
            }

            if (deleted == before)
            {
                break;
            }
        }

        var there = await StoredAsync(backup, cancellation).CountAsync(cancellation);
        return new DeletionReport(deleted, there, there == 0 ? null : problem ?? "Something goes on to write there, as a run of another cluster or machine.");
    }

    private IAsyncEnumerable<string> StoredAsync(BackupId backup, CancellationToken cancellation) =>
        store.ListAsync($"{backup}/", cancellation).Select(found => found.Key).Where(key => BackupKeys.IsOf(backup, key));

    /// <summary>Why the store refuses; null when the object is gone.</summary>
    private async Task<string?> DeleteAsync(string key, CancellationToken cancellation)
    {
        try
        {
            await store.DeleteAsync(key, cancellation);
            return null;
        }
        catch (StorageException e) when (!e.IsRetryable && e.InnerException is not StorageException { IsRetryable: true })
        {
            return e.Message;
        }
    }
}
