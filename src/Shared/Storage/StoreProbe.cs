using System.Buffers;

namespace KafkaBackup.Shared.Storage;

/// <summary>Finds out whether a store keeps the promises that a backup's safety rests on, before the first head is trusted to it.</summary>
/// <remarks>Some stores accept conditional writes and ignore the condition; some give back other bytes than were put.</remarks>
public static class StoreProbe
{
    /// <summary>Writes, swaps and deletes a throw-away object below <paramref name="backup"/>'s ledger.</summary>
    /// <param name="store">The store.</param>
    /// <param name="backup">The backup.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="housekeeping">The store to delete the object with. Default: the same.</param>
    /// <returns>The key of the object when it could not be deleted; null when it was.</returns>
    /// <exception cref="StorageException">The store does not do what it must; the message says what. Or it failed.</exception>
    public static async Task<string?> CheckAsync(
        IObjectStore store, BackupId backup, CancellationToken cancellation, IObjectStore? housekeeping = null)
    {
        var key = BackupKeys.Probe(backup, Guid.NewGuid().ToString("N"));
        byte[] first = "first\r\n\0"u8.ToArray(), second = "second"u8.ToArray();
        bool isDeleted;
        ETag last;
        try
        {
            var tag = await PutAsync(first, PutCondition.CreateOnly);
            await ExpectAsync(first);
            await RefuseAsync(store, key, PutCondition.CreateOnly, "a create-only write (If-None-Match) replaced an object that was there", cancellation);
            var newer = await PutAsync(second, PutCondition.IfMatch(tag));
            await ExpectAsync(second);
            await RefuseAsync(store, key, PutCondition.IfMatch(tag), "a compare-and-swap write (If-Match) replaced a version that it did not expect", cancellation);
            last = await PutAsync(first, PutCondition.IfMatch(newer));
        }
        finally
        {
            isDeleted = await TryDeleteAsync(housekeeping ?? store, key);
        }

        if (!isDeleted)
        {
            return key;
        }

        await RefuseAbsentAsync(store, housekeeping ?? store, key, last, cancellation);
        return null;

        async Task<ETag> PutAsync(byte[] content, PutCondition condition)
        {
            try
            {
                return await store.PutAsync(key, new ReadOnlySequence<byte>(content), condition, cancellation);
            }
            catch (StorageConflictException)
            {
                // An earlier try whose answer was lost may have written it.
                return await store.GetAsync(key, cancellation) is { } there && there.Content.Span.SequenceEqual(content)
                    ? there.ETag
                    : throw Unfit(key, store, "it refused a conditional write whose condition held");
            }
        }

        async Task ExpectAsync(byte[] expected)
        {
            var there = await store.GetAsync(key, cancellation);
            if (there is null || !there.Content.Span.SequenceEqual(expected))
            {
                throw Unfit(key, store, "it gave back other bytes than were put");
            }
        }
    }

    private static async Task RefuseAbsentAsync(IObjectStore store, IObjectStore housekeeping, string key, ETag last, CancellationToken cancellation)
    {
        try
        {
            await RefuseAsync(store, key, PutCondition.IfMatch(last), "a compare-and-swap write (If-Match) made an object that was not there", cancellation);
        }
        catch
        {
            await TryDeleteAsync(housekeeping, key);
            throw;
        }
    }

    private static async Task RefuseAsync(IObjectStore store, string key, PutCondition condition, string otherwise, CancellationToken cancellation)
    {
        try
        {
            await store.PutAsync(key, new ReadOnlySequence<byte>("third"u8.ToArray()), condition, cancellation);
        }
        catch (StorageConflictException)
        {
            return;
        }

        throw Unfit(key, store, otherwise);
    }

    /// <summary>What is left behind is for the caller to delete later: the verdict on the store does not hang on it.</summary>
    private static async Task<bool> TryDeleteAsync(IObjectStore store, string key)
    {
        try
        {
            await store.DeleteAsync(key, CancellationToken.None);
            return true;
        }
        catch (StorageException)
        {
            return false;
        }
    }

    private static StorageException Unfit(string key, IObjectStore store, string what) => new(key,
        $"{store.Name} cannot hold backups: {what}. Two runs at the same time could lose records there without a trace. Use a store with conditional writes.");
}
