using System.Buffers;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Ledger;

/// <summary>Compare-and-swap of one head, with lost answers told apart from lost races.</summary>
internal sealed class HeadStore(IObjectStore store, BackupId backup)
{
    private readonly string _key = BackupKeys.Head(backup);

    /// <summary>Puts <paramref name="next"/> where the head with tag <paramref name="expected"/> is (null: where there is none).</summary>
    /// <returns>The new tag; or null when another head is there, which then comes second.</returns>
    /// <exception cref="StorageException">The store failed for good: whether the head changed is not known.</exception>
    public async Task<(ETag? Tag, Head? Other)> TrySwapAsync(Head next, ETag? expected, CancellationToken cancellation)
    {
        var bytes = HeadCodec.Write(next);
        try
        {
            return (await store.PutAsync(_key, new ReadOnlySequence<byte>(bytes), PutCondition.Expecting(expected), cancellation), null);
        }
        catch (StorageConflictException)
        {
            // The answer to an earlier try may have been lost: then the head there is this very one, byte for byte.
            var there = await store.GetAsync(_key, cancellation);
            if (there is null)
            {
                return (null, null);
            }

            return there.Content.Span.SequenceEqual(bytes) ? (there.ETag, null) : (null, HeadCodec.Read(there.Content.Span, _key, store.Address));
        }
    }
}
