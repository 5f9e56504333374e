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
        var (snapshot, _) = await ReadAsync(store, backup, (head, _) => ReadWholeAsync(store, backup, head, cancellation), cancellation);
        return snapshot;
    }

    /// <summary>Reads head, topics and what each partition answers for, or null when the backup has no head. Of the parts only those that the coverage object does not tell of.</summary>
    /// <exception cref="StorageException">The store failed, or head or one of these parts is damaged or missing.</exception>
    public static async Task<LedgerOutline?> ReadOutlineAsync(IObjectStore store, BackupId backup, CancellationToken cancellation)
    {
        var (outline, _) = await ReadOutlineWithTagAsync(store, backup, cancellation);
        return outline;
    }

    /// <summary>As <see cref="ReadOutlineAsync(IObjectStore, BackupId, CancellationToken)"/>, with the head's tag for a later compare-and-swap.</summary>
    public static Task<(LedgerOutline? Outline, ETag? Tag)> ReadOutlineWithTagAsync(IObjectStore store, BackupId backup, CancellationToken cancellation) =>
        ReadAsync(store, backup, (head, isTheSame) => ReadOutlineAsync(store, backup, head, isTheSame, cancellation), cancellation);

    /// <summary>Opens the ledger to be read an entry at a time, or null when the backup has no head.</summary>
    /// <param name="store">The store.</param>
    /// <param name="backup">The backup.</param>
    /// <param name="topics">The only topics whose entries will be asked for; null: all.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="StorageException">The store failed, or the head is damaged, or a part is missing.</exception>
    internal static async Task<LedgerStream?> OpenAsync(IObjectStore store, BackupId backup, IReadOnlySet<string>? topics, CancellationToken cancellation)
    {
        var (stream, _) = await ReadAsync(store, backup, (head, _) => OpenAsync(store, head, topics, cancellation), cancellation);
        return stream;
    }

    /// <summary>Reads all that <paramref name="head"/> names.</summary>
    /// <returns>Null and the key when an object is missing.</returns>
    internal static async Task<(LedgerSnapshot? Read, string? Missing)> ReadWholeAsync(IObjectStore store, BackupId backup, Head head, CancellationToken cancellation)
    {
        var (entries, missing) = await ReadPartsAsync(store, head.Parts, cancellation);
        var (topics, alsoMissing) = missing is null ? await ReadTopicsAsync(store, head, cancellation) : ([], null);
        return (missing ?? alsoMissing) is { } gone
            ? (null, gone)
            : (Checked(store, BackupKeys.Head(backup), () => new LedgerSnapshot(head, entries.Concat(head.Tail), topics)), null);
    }

    private static async Task<(LedgerStream? Read, string? Missing)> OpenAsync(IObjectStore store, Head head, IReadOnlySet<string>? topics, CancellationToken cancellation)
    {
        var parts = new List<(PartReference Reference, ReadOnlyMemory<byte> Stored)>();
        foreach (var part in head.Parts.Where(part => topics is null || topics.Any(part.MayHold)))
        {
            if (await store.GetAsync(part.Key, cancellation) is not { } stored)
            {
                return (null, part.Key);
            }

            parts.Add((part, stored.Content));
        }

        var (facts, missing) = await ReadTopicsAsync(store, head, cancellation);
        return missing is null ? (new LedgerStream(head, facts, only => MergedEntries.Of(head, parts, only, store.Address)), null) : (null, missing);
    }

    /// <summary>The entries of parts.</summary>
    /// <returns>Those before a part that is missing, and its key.</returns>
    internal static async Task<(List<LedgerEntry> Entries, string? Missing)> ReadPartsAsync(IObjectStore store, IEnumerable<PartReference> parts, CancellationToken cancellation)
    {
        var entries = new List<LedgerEntry>();
        foreach (var part in parts)
        {
            if (await store.GetAsync(part.Key, cancellation) is not { } stored)
            {
                return (entries, part.Key);
            }

            entries.AddRange(PartCodec.Read(stored.Content.Span, part, store.Address));
        }

        return (entries, null);
    }

    /// <summary>Reads the head, and what it names by <paramref name="readNamed"/>, which is told whether something was missing of the same head before.</summary>
    private static async Task<(T? Read, ETag? Tag)> ReadAsync<T>(
        IObjectStore store, BackupId backup, Func<Head, bool, Task<(T? Read, string? Missing)>> readNamed, CancellationToken cancellation)
        where T : class
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
            var (read, missing) = await readNamed(head, stored.ETag == before);
            if (missing is null)
            {
                return (read, stored.ETag);
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

    /// <summary>Reads the outline; from all parts where the coverage object cannot be used.</summary>
    private static async Task<(LedgerOutline? Read, string? Missing)> ReadOutlineAsync(IObjectStore store, BackupId backup, Head head, bool isTheSame, CancellationToken cancellation)
    {
        var outline = new LedgerOutline(head);
        if (head.Coverage is { } reference)
        {
            var stored = await store.GetAsync(reference.Key, cancellation);
            if (stored is null && !isTheSame)
            {
                return (null, reference.Key);
            }

            if ((stored is null ? $"{reference.Key} is missing" : CoverageCodec.Read(stored.Content.Span, reference, outline)) is { } problem)
            {
                outline = new LedgerOutline(head) { Problem = $"{problem}. All parts were read in its place; it is written anew when parts are merged." };
            }
        }

        var isUsed = head.Coverage is not null && outline.Problem is null;
        var (entries, missing) = await ReadPartsAsync(store, head.Parts.Where(part => !(isUsed && part.Covered)), cancellation);
        var (topics, alsoMissing) = missing is null ? await ReadTopicsAsync(store, head, cancellation) : ([], null);
        if ((missing ?? alsoMissing) is { } gone)
        {
            return (null, gone);
        }

        outline.Topics = topics.ToDictionary(topic => topic.Name, StringComparer.Ordinal);
        return (Checked(store, BackupKeys.Head(backup), () =>
        {
            outline.Add(entries.Concat(head.Tail));
            return outline;
        }), null);
    }

    private static async Task<(IReadOnlyList<TopicFacts> Topics, string? Missing)> ReadTopicsAsync(IObjectStore store, Head head, CancellationToken cancellation) =>
        head.Topics is null ? ([], null)
        : await store.GetAsync(head.Topics, cancellation) is { } stored ? (HeadCodec.ReadTopics(stored.Content.Span, head.Topics, store.Address), null)
        : ([], head.Topics);

    private static T Checked<T>(IObjectStore store, string key, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException e)
        {
            throw new StorageException(key, $"{key} is damaged: {e.Message} {RepairAdvice.For(key, store.Address)}", e);
        }
    }
}
