using System.Buffers;
using KafkaBackup.Shared.Ledger.Repair;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Ledger;

/// <summary>The ledger writer's hand on the ledger: load, claim the ledger, commit, compact. One call at a time; the caller owns the order.</summary>
/// <remarks>
/// Every change of the truth is one compare-and-swap of the head against the tag that this writer saw last. A call that ends in an
/// exception leaves this object's view in doubt: make a new writer and load again.
/// </remarks>
public sealed partial class LedgerWriter
{
    private const int MaxClaims = 20;

    private readonly IObjectStore _store;
    private readonly HeadStore _heads;
    private readonly TimeProvider _clock;
    private ETag? _tag;
    private long _lastObject;

    /// <summary>A writer for <paramref name="backup"/>.</summary>
    /// <param name="store">Where the backup lives.</param>
    /// <param name="backup">The backup.</param>
    /// <param name="name">A name that no other writer ever has; readers of a log know the process by it.</param>
    /// <param name="clock">For the time of the first head.</param>
    public LedgerWriter(IObjectStore store, BackupId backup, string name, TimeProvider clock)
    {
        _store = store;
        _clock = clock;
        _heads = new HeadStore(store, backup);
        Housekeeping = store;
        Backup = backup;
        Name = name;
        Ledger = LedgerOutline.Empty;
    }

    /// <summary>The backup.</summary>
    public BackupId Backup { get; }

    /// <summary>This writer's name.</summary>
    public string Name { get; }

    /// <summary>How large the head's tail may grow, in stored bytes, before it is put into a part. Default: 64 KiB.</summary>
    internal int MaxTailBytes { get; init; } = 64 * 1024;

    /// <summary>How many parts that may be merged a head names before some are. Default: 20.</summary>
    internal int MaxParts { get; init; } = 20;

    /// <summary>The store for what can be done later: merging parts. Default: the one for everything else.</summary>
    public IObjectStore Housekeeping { get; init; }

    /// <summary>Whether this writer is in office, and the head names more small parts than it should. One that commits nothing leaves them to the next that does.</summary>
    public bool NeedsCompaction => IsCurrentWriter && PartTiers.SmallOf(Ledger.Head.Parts) > MaxParts;

    /// <summary>Done before the first head of a backup is written. Default: nothing.</summary>
    public Func<CancellationToken, Task> BeforeFirstHead { get; init; } = _ => Task.CompletedTask;

    /// <summary>The ledger as this writer saw or made it last.</summary>
    public LedgerOutline Ledger { get; private set; }

    /// <summary>Whether this writer has claimed the backup and not been seen to lose it.</summary>
    public bool IsCurrentWriter => Ledger.Head.Writer == Name;

    /// <summary>The segments that this writer committed since the manifest was rendered last. Whoever renders empties it.</summary>
    internal HashSet<string> NotShown { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the writer before this one left office without closing its run: its orphans are still too young to be swept.</summary>
    internal bool PredecessorWasUnclean { get; private set; }

    /// <summary>Reads the head, and what it answers for.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        var (outline, tag) = await LedgerReader.ReadOutlineWithTagAsync(_store, Backup, cancellation);
        Ledger = outline ?? LedgerOutline.Empty;
        _tag = tag;
        _lastObject = Ledger.Head.Seq;
    }

    /// <summary>Takes office: from here on no older writer can change the head. Does nothing when in office already.</summary>
    /// <exception cref="StorageException">Others claimed the ledger first, again and again; or the store failed.</exception>
    public async Task ClaimAsync(CancellationToken cancellation)
    {
        for (var attempt = 1; !IsCurrentWriter; attempt++)
        {
            if (_tag is null)
            {
                await BeforeFirstHead(cancellation);
            }

            var head = Ledger.Head;
            var lost = await LostHistory.LostThroughAsync(_store, Backup, head, cancellation);
            var next = head with
            {
                Format = Head.CurrentFormat,
                // Two above what was lost: what an old run's worker still holds carries an epoch that is not taken any more.
                Epoch = lost is { } highest ? highest + 2 : head.Epoch + 1,
                UnsweptThrough = lost ?? head.UnsweptThrough,
                Seq = head.Seq + 1,
                Writer = Name,
                CreatedAt = _tag is null ? _clock.GetUtcNow().ToUnixTimeMilliseconds() : head.CreatedAt,
                IsClosed = false,
                UncleanSince = head.IsClosed ? head.UncleanSince : head.UncleanSince ?? head.Epoch,
            };
            var (tag, _) = await _heads.TrySwapAsync(next, _tag, cancellation);
            if (tag is not null)
            {
                _tag = tag;
                Ledger.Head = next;
                PredecessorWasUnclean = !head.IsClosed;
                return;
            }

            if (attempt == MaxClaims)
            {
                throw new StorageException(BackupKeys.Head(Backup),
                    $"Could not take over backup '{Backup}' in {_store.Name}: another process changed its head {MaxClaims} times in a row. Let one process at a time work on a backup id.");
            }

            await LoadAsync(cancellation);
        }
    }

    /// <summary>Commits entries that <see cref="CommitBatch"/> accepted. When this returns they are backed up.</summary>
    /// <exception cref="FencedException">Another writer is the current writer. Whether they were committed before it came is for that one to say.</exception>
    /// <exception cref="StorageException">The store failed; whether they were committed is not known.</exception>
    public async Task CommitAsync(IReadOnlyList<LedgerEntry> entries, CancellationToken cancellation)
    {
        if (entries.Count == 0)
        {
            return;
        }

        var head = Ledger.Head;
        var next = head with { Tail = [.. head.Tail, .. entries], Seq = head.Seq + 1, Change = head.Seq + 1, IsClosed = false };
        if (HeadCodec.Write(next).Length - HeadCodec.Write(next with { Tail = [] }).Length > MaxTailBytes)
        {
            next = next with { Parts = [.. head.Parts, await PutPartAsync(_store, next.Tail, cancellation)], Tail = [] };
        }

        await SwapAsync(next, cancellation);
        foreach (var entry in entries)
        {
            Ledger.Of(entry.Partition).Add(entry);
            if (entry.Segment is { } segment)
            {
                NotShown.Add(segment.Key);
            }
        }
    }

    /// <summary>Remembers what the source is: its cluster id, when it tells one, and topics that are new or have changed. Does nothing when all is known.</summary>
    /// <exception cref="BackupException">The backup belongs to another cluster, or a topic was made anew under its name.</exception>
    public async Task RecordSourceAsync(string? clusterId, IReadOnlyList<TopicFacts> seen, CancellationToken cancellation)
    {
        if (IsKnown(clusterId, Merged(seen)))
        {
            return;
        }

        await ClaimAsync(cancellation);
        var conflicts = seen.Select(topic => SourceIdentity.Conflict(Ledger.Topics.GetValueOrDefault(topic.Name), topic))
            .Prepend(SourceIdentity.Conflict(Ledger.Head.SourceClusterId, clusterId));
        if (conflicts.FirstOrDefault(conflict => conflict is not null) is { } conflict)
        {
            throw new BackupException(FailureKind.Source, conflict);
        }

        // Claiming may have brought in what another writer recorded meanwhile.
        var merged = Merged(seen);
        if (IsKnown(clusterId, merged))
        {
            return;
        }

        var topics = new Dictionary<string, TopicFacts>(Ledger.Topics, StringComparer.Ordinal);
        foreach (var topic in merged)
        {
            topics[topic.Name] = topic;
        }

        var head = Ledger.Head;
        var key = BackupKeys.Topics(Backup, head.Epoch, NextObject());
        await PutOnceAsync(_store, key, HeadCodec.WriteTopics(topics.Values), cancellation);
        await SwapAsync(head with { SourceClusterId = clusterId ?? head.SourceClusterId, Topics = key, Seq = head.Seq + 1, Change = head.Seq + 1 }, cancellation);
        Ledger.Topics = topics;
    }

    /// <summary>Writes down that the run ended with nothing left behind. The last call of a run.</summary>
    public Task CloseAsync(CancellationToken cancellation) => MarkAsync(head => head with { IsClosed = true }, cancellation);

    /// <summary>Writes down in the head what the manifest shows now and, at the end of a run, whether it ended clean.</summary>
    internal async Task MarkAsync(Func<Head, Head> mark, CancellationToken cancellation)
    {
        var next = mark(Ledger.Head);
        if (next != Ledger.Head)
        {
            await ClaimAsync(cancellation);
            next = mark(Ledger.Head);
            await SwapAsync(next with { Seq = Ledger.Head.Seq + 1 }, cancellation);
        }
    }

    /// <summary>What is to be remembered of the topics that were seen: each once, with what was remembered before.</summary>
    private List<TopicFacts> Merged(IReadOnlyList<TopicFacts> seen) =>
        [.. seen.GroupBy(topic => topic.Name).Select(same => same.Aggregate(Ledger.Topics.GetValueOrDefault(same.Key), (known, topic) => topic.MergedWith(known))!)];

    private bool IsKnown(string? clusterId, IReadOnlyList<TopicFacts> seen) =>
        (clusterId is null || Ledger.Head.SourceClusterId == clusterId) && seen.All(topic => Ledger.Topics.GetValueOrDefault(topic.Name) == topic);

    private async Task SwapAsync(Head next, CancellationToken cancellation)
    {
        if (!IsCurrentWriter)
        {
            throw new InvalidOperationException("A writer swaps the head only in office.");
        }

        var (tag, other) = await _heads.TrySwapAsync(next, _tag, cancellation);
        if (tag is null)
        {
            throw new FencedException(Backup, other?.Writer ?? "unknown: the head is gone", other?.Epoch ?? 0);
        }

        _tag = tag;
        Ledger.Head = next;
    }

    /// <summary>Why an object is gone that this writer wrote, or that its head names: only a newer writer deletes such ones.</summary>
    private async Task<BackupException> WhyGoneAsync(string key, CancellationToken cancellation)
    {
        await LoadAsync(cancellation);
        return Ledger.Head.Writer == Name ? Missing(key) : new FencedException(Backup, Ledger.Head.Writer, Ledger.Head.Epoch);
    }

    private StorageException Missing(string key) => new(
        key, $"{key} is missing, but {BackupKeys.Head(Backup)} in {_store.Name} names it. {RepairAdvice.For(BackupKeys.Head(Backup), _store.Address)}");

    private async Task<PartReference> PutPartAsync(IObjectStore store, IReadOnlyList<LedgerEntry> entries, CancellationToken cancellation)
    {
        var (stored, reference) = PartCodec.Write(entries, BackupKeys.Part(Backup, Ledger.Head.Epoch, NextObject()));
        await PutOnceAsync(store, reference.Key, stored, cancellation);
        return reference;
    }

    private async Task PutOnceAsync(IObjectStore store, string key, byte[] content, CancellationToken cancellation)
    {
        try
        {
            await store.PutAsync(key, new ReadOnlySequence<byte>(content), PutCondition.CreateOnly, cancellation);
        }
        catch (StorageConflictException e)
        {
            // Ours alone is the epoch, so only an earlier try of this call, whose answer was lost, can have made it.
            var there = await store.GetAsync(key, cancellation);
            if (there is null)
            {
                // Only a newer writer deletes what we write, so our swap would fail as well.
                throw await WhyGoneAsync(key, cancellation);
            }

            if (!there.Content.Span.SequenceEqual(content))
            {
                throw new StorageException(key, $"{key} in {_store.Name} holds something else than this program wrote there.", e);
            }
        }
    }

    private long NextObject() => _lastObject = Math.Max(_lastObject, Ledger.Head.Seq) + 1;
}
