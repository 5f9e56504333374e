using KafkaBackup.Shared.Ledger.Repair;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Ledger;

/// <summary>Reads the ledger of a backup: head first, then the parts it names.</summary>
public static class LedgerReader
{
    private const int MaxTries = 20;

    /// <summary>Reads the whole ledger, or null when the backup has no head.</summary>
    /// <exception cref="StorageException">The store failed, or head or a part is damaged or missing.</exception>
    public static async Task<LedgerSnapshot?> ReadAsync(IObjectStore store, BackupId backup, CancellationToken cancellation)
    {
        var (snapshot, _) = await ReadWithTagAsync(store, backup, cancellation);
        return snapshot;
    }

    /// <summary>As <see cref="ReadAsync"/>, with the head's tag for a later compare-and-swap.</summary>
    public static async Task<(LedgerSnapshot? Snapshot, ETag? Tag)> ReadWithTagAsync(
        IObjectStore store, BackupId backup, CancellationToken cancellation)
    {
        var key = BackupKeys.Head(backup);
        ETag? before = null;
        for (var attempt = 1; ; attempt++)
        {
            var stored = await store.GetAsync(key, cancellation);
            if (stored is null)
            {
                return (null, null);
            }

            var head = HeadCodec.Read(stored.Content.Span, key, store.Address);
            var (entries, topics, missing) = await ReadNamedAsync(store, head, cancellation);
            if (missing is null)
            {
                return (Checked(head, entries, topics, key, store.Address), stored.ETag);
            }

            // A part goes away only after a head that no longer names it was written, so the head must have moved on.
            if (stored.ETag == before || attempt == MaxTries)
            {
                throw new StorageException(
                    missing, $"{missing} is missing, but {key} in {store.Name} names it. {RepairAdvice.For(key, store.Address)}");
            }

            before = stored.ETag;
        }
    }

    private static async Task<(List<LedgerEntry> Entries, IReadOnlyList<TopicFacts> Topics, string? Missing)> ReadNamedAsync(
        IObjectStore store, Head head, CancellationToken cancellation)
    {
        var entries = new List<LedgerEntry>();
        foreach (var part in head.Parts)
        {
            if (await store.GetAsync(part.Key, cancellation) is not { } stored)
            {
                return (entries, [], part.Key);
            }

            entries.AddRange(PartCodec.Read(stored.Content.Span, part, store.Address));
        }

        entries.AddRange(head.Tail);
        if (head.Topics is null)
        {
            return (entries, [], null);
        }

        return await store.GetAsync(head.Topics, cancellation) is { } topics
            ? (entries, HeadCodec.ReadTopics(topics.Content.Span, head.Topics, store.Address), null)
            : (entries, [], head.Topics);
    }

    private static LedgerSnapshot Checked(Head head, List<LedgerEntry> entries, IReadOnlyList<TopicFacts> topics, string key, string address)
    {
        try
        {
            return new LedgerSnapshot(head, entries, topics);
        }
        catch (InvalidOperationException e)
        {
            throw new StorageException(key, $"{key} is damaged: {e.Message} {RepairAdvice.For(key, address)}", e);
        }
    }
}
