using System.Buffers;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>The right to work on a restore, which one process has at a time: it is the owner in the restore's document, and writes it again and again.</summary>
internal sealed class RestoreClaim
{
    /// <summary>How often the owner writes the document.</summary>
    public static readonly TimeSpan BeatInterval = TimeSpan.FromSeconds(5);

    /// <summary>An owner that has not written for so long stops writing to the target: less than others wait before they take over.</summary>
    public static readonly TimeSpan Lapse = TimeSpan.FromSeconds(40);

    /// <summary>For how long others see no beat before they take over.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const int MaxTries = 3;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    private readonly IObjectStore _store;
    private readonly string _key;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _gate = new(1);
    private ETag? _tag;
    private long _since;

    private RestoreClaim(IObjectStore store, string key, TimeProvider clock) => (_store, _key, _clock, Document) = (store, key, clock, new RestoreDocument { StartedAt = clock.GetUtcNow() });

    /// <summary>What is written down now.</summary>
    public RestoreDocument Document { get; private set; }

    /// <summary>Whether others may have taken over by now, or soon will.</summary>
    public bool HasLapsed => _clock.GetElapsedTime(Volatile.Read(ref _since)) > Lapse;

    /// <summary>Takes the claim to the restore that <paramref name="key"/> tells of, as soon as nobody else has it.</summary>
    /// <returns>The claim; null when the store takes no document and has none: then the restore can be done, and cannot be gone on with, which is told.</returns>
    /// <param name="store">Where its document lies.</param>
    /// <param name="key">Its document.</param>
    /// <param name="clock">For waiting.</param>
    /// <param name="log">Is told when an owner is waited for that may be no more.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="hasNodes">Whether nodes of a cluster work for it, which go on for a while when this process is gone.</param>
    /// <exception cref="BackupException">Another process is at work on it.</exception>
    /// <exception cref="StorageException">The document cannot be read or written.</exception>
    public static async Task<RestoreClaim?> TakeAsync(IObjectStore store, string key, TimeProvider clock, RestoreLog log, CancellationToken cancellation, bool hasNodes = false)
    {
        while (true)
        {
            var seen = await ReadAsync(store, key, cancellation);
            if (seen is { Document.Owner: { IsGone: false } owner })
            {
                log.AwaitsOwner(owner);
                seen = await WatchAsync(store, key, seen, clock, cancellation);
            }

            var claim = new RestoreClaim(store, key, clock) { _tag = seen?.Tag };
            try
            {
                if (await claim.TryWriteAsync((seen?.Document ?? claim.Document) with { Owner = ClaimOwner.New(hasNodes) }, cancellation))
                {
                    return claim;
                }
            }
            catch (StorageException e) when (seen is null && e is { IsRetryable: false, InnerException: not StorageException { IsRetryable: true } }) // No hiccup.
            {
                log.CannotGoOn(e.Message);
                return null;
            }
        }
    }

    /// <summary>What is written down of a restore; null when nothing is. For those who only look.</summary>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static async Task<RestoreDocument?> PeekAsync(IObjectStore store, string key, CancellationToken cancellation) =>
        (await ReadAsync(store, key, cancellation))?.Document;

    /// <summary>Writes down what <paramref name="change"/> makes of the document. May be called while another call is at work.</summary>
    /// <exception cref="BackupException">Another process has taken over: nothing more may be written to the target.</exception>
    /// <exception cref="StorageException">It cannot be written.</exception>
    public async Task WriteAsync(Func<RestoreDocument, RestoreDocument> change, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            if (!await TryWriteAsync(change(Document), cancellation))
            {
                var other = await PeekAsync(_store, _key, cancellation);
                throw new BackupException(FailureKind.Fenced,
                    $"Another process{(other?.Owner is { } owner ? $" ({owner})" : "")} took over this restore while this one was at work on it. This one stopped; the other goes on from what is there.");
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Writes down what <paramref name="change"/> makes of the document for the last time, so that others need not wait.</summary>
    public Task LetGoAsync(Func<RestoreDocument, RestoreDocument> change, CancellationToken cancellation) => WriteAsync(document => change(document) with { Owner = null }, cancellation);

    private async Task<bool> TryWriteAsync(RestoreDocument document, CancellationToken cancellation)
    {
        var since = _clock.GetTimestamp(); // From before the write: others count from when they see it.
        document = document with { Beat = document.Beat + 1, UpdatedAt = _clock.GetUtcNow() };
        var bytes = document.ToJson();
        for (var tries = 1; ; tries++)
        {
            try
            {
                _tag = await _store.PutAsync(_key, new ReadOnlySequence<byte>(bytes), PutCondition.Expecting(_tag), cancellation);
                break;
            }
            catch (StorageConflictException)
            {
                // The answer to an earlier try may have been lost, of this document or of one before: then what is there is this one's.
                var there = await _store.GetAsync(_key, cancellation);
                var isWritten = there?.Content.Span.SequenceEqual(bytes) == true;
                if (there is null || (!isWritten && (tries == MaxTries || (document.Owner ?? Document.Owner) is not { } me || RestoreDocument.Read(there.Content.Span, _key).Owner?.Unique != me.Unique)))
                {
                    return false;
                }

                _tag = there.ETag;
                if (isWritten)
                {
                    break;
                }
            }
        }

        Document = document;
        Volatile.Write(ref _since, since);
        return true;
    }

    private static async Task<Seen?> ReadAsync(IObjectStore store, string key, CancellationToken cancellation) =>
        await store.GetAsync(key, cancellation) is { } there ? new Seen(RestoreDocument.Read(there.Content.Span, key), there.ETag) : null;

    /// <summary>Watches an owner for as long as it takes to see that it is no more.</summary>
    /// <returns>What it wrote last.</returns>
    private static async Task<Seen?> WatchAsync(IObjectStore store, string key, Seen seen, TimeProvider clock, CancellationToken cancellation)
    {
        for (var began = clock.GetTimestamp(); clock.GetElapsedTime(began) < Patience;)
        {
            await Task.Delay(Look, clock, cancellation);
            var now = await ReadAsync(store, key, cancellation);
            if (now?.Document.Owner is not { IsGone: false } owner)
            {
                return now;
            }

            if (now.Tag != seen.Tag)
            {
                throw new BackupException(FailureKind.Fenced,
                    $"This restore is at work already, in {owner}, and wrote to {store.Name} at {now.Document.UpdatedAt:u}. Let one process at a time work on a restore; "
                    + "another restore has another window, selection or mapping of topics.");
            }
        }

        return seen;
    }

    private sealed record Seen(RestoreDocument Document, ETag Tag);
}
