using KafkaBackup.Shared;
using KafkaBackup.Shared.Operations;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Coordinator.Operations;

/// <summary>Deletes all that a backup has stored.</summary>
/// <remarks>Head and manifest go first: what is left of a backup whose deletion broke off is none that anybody restores in part. A store that refuses those
/// keeps the backup whole; one that refuses others is told of, and the rest goes.</remarks>
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
                var left = await store.ListAsync($"{backup}/", cancellation).CountAsync(cancellation);
                return new DeletionReport(deleted, left, refusal);
            }

            deleted++;
        }

        string? problem = null;
        var kept = new HashSet<string>(StringComparer.Ordinal);
        for (var pass = 0; pass < Passes; pass++)
        {
            var before = deleted;
            await foreach (var batch in store.ListAsync($"{backup}/", cancellation).Where(found => !kept.Contains(found.Key)).Chunk(AtOnce).WithCancellation(cancellation))
            {
                foreach (var (key, refusal) in await Task.WhenAll(batch.Select(async found => (found.Key, Refusal: await DeleteAsync(found.Key, cancellation)))))
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

        return new DeletionReport(deleted, kept.Count, problem);
    }

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
