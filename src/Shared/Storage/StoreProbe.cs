using System.Buffers;

namespace KafkaBackup.Shared.Storage;

/// <summary>Finds out whether a store keeps the promises that a backup's safety rests on, before the first head is trusted to it.</summary>
/// <remarks>Some stores accept conditional writes and ignore the condition; some give back other bytes than were put.</remarks>
public static class StoreProbe
{
    /// <summary>Writes, swaps and deletes a throw-away object below <paramref name="backup"/>'s ledger.</summary>
    /// <exception cref="StorageException">The store does not do what it must; the message says what. Or it failed.</exception>
    public static async Task CheckAsync(IObjectStore store, BackupId backup, CancellationToken cancellation)
    {
        var key = BackupKeys.Probe(backup, Guid.NewGuid().ToString("N"));
        byte[] first = "first\r\n\0"u8.ToArray(), second = "second"u8.ToArray();
        try
        {
            var tag = await PutAsync(first, PutCondition.CreateOnly);
            await ExpectAsync(first);
            await RefuseAsync(PutCondition.CreateOnly, "a create-only write (If-None-Match) replaced an object that was there");
            var newer = await PutAsync(second, PutCondition.IfMatch(tag));
            await ExpectAsync(second);
            await RefuseAsync(PutCondition.IfMatch(tag), "a compare-and-swap write (If-Match) replaced a version that it did not expect");
            await PutAsync(first, PutCondition.IfMatch(newer));
        }
        finally
        {
            await store.DeleteAsync(key, CancellationToken.None);
        }

        Task<ETag> PutAsync(byte[] content, PutCondition condition) => store.PutAsync(key, new ReadOnlySequence<byte>(content), condition, cancellation);

        async Task ExpectAsync(byte[] expected)
        {
            var there = await store.GetAsync(key, cancellation);
            if (there is null || !there.Content.Span.SequenceEqual(expected))
            {
                throw Unfit(key, store, "it gave back other bytes than were put");
            }
        }

        async Task RefuseAsync(PutCondition condition, string otherwise)
        {
            try
            {
                await PutAsync("third"u8.ToArray(), condition);
            }
            catch (StorageConflictException)
            {
                return;
            }

            throw Unfit(key, store, otherwise);
        }
    }

    private static StorageException Unfit(string key, IObjectStore store, string what) => new(key,
        $"{store.Name} cannot hold backups: {what}. Two runs at the same time could lose records there without a trace. Use a store with conditional writes.");
}
