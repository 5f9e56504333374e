using System.Runtime.CompilerServices;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.Shared.Oso;

/// <summary>What a backup holds, a topic at a time: of its segments no more than that is in memory. For one reader, once.</summary>
public sealed class BackupStream : IAsyncDisposable
{
    private readonly BackupId _backup;
    private readonly LedgerStream? _ledger;
    private readonly IManifestSource? _manifest;
    private readonly IReadOnlySet<string>? _topics;
    private readonly string _codec = "";
    private Func<IEnumerable<LedgerEntry>, IEnumerable<LedgerEntry>> _check = entries => entries;

    /// <summary>One of a ledger, a manifest, or both.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="ledger">Its ledger; null for one that only OSO's tool wrote.</param>
    /// <param name="manifest">Its manifest, which is disposed of with this; null when there is none.</param>
    /// <param name="topics">The only topics that are wanted; null: all.</param>
    internal BackupStream(BackupId backup, LedgerStream? ledger, IManifestSource? manifest, IReadOnlySet<string>? topics)
    {
        (_backup, _ledger, _manifest, _topics) = (backup, ledger, manifest, topics);
        if (ledger is not null && manifest?.Root.Compression is null or "")
        {
            var first = ledger!.Entries(topics: null).FirstOrDefault(entry => entry.Segment is not null)?.Segment;
            _codec = (first is null ? new BackupSection().Compression : CompressionCodecNames.OfKey(first.Key)).Name();
        }
    }

    /// <summary>The backup in the form of its manifest, without its topics. Fields that this program does not know are all there when the topics are through.</summary>
    public BackupManifest Root => _ledger is null
        ? _manifest!.Root
        : ManifestView.RenderRoot(_backup, _ledger.Head.CreatedAt, _ledger.Head.SourceClusterId, [], _codec, _manifest?.Root);

    /// <summary>The ledger's head; null for a backup that only OSO's tool wrote.</summary>
    public Head? Head => _ledger?.Head;

    /// <summary>What the ledger remembers of topics, by name; nothing without one.</summary>
    public IReadOnlyDictionary<string, TopicFacts> Facts => _ledger?.Topics ?? new Dictionary<string, TopicFacts>(StringComparer.Ordinal);

    /// <summary>Whether reading ended in a failure.</summary>
    internal bool HasFailed { get; private set; }

    /// <summary>The topics. With a ledger in ordinal order, each once; without one as the manifest has them.</summary>
    /// <exception cref="Storage.StorageException">They cannot be read.</exception>
    /// <exception cref="BackupException">One that is wanted is not there.</exception>
    public async IAsyncEnumerable<BackupTopic> TopicsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var topics = (_ledger is null ? ShownAsync(cancellation) : RenderedAsync(_ledger, cancellation)).GetAsyncEnumerator(cancellation);
        var missing = _topics?.ToHashSet(StringComparer.Ordinal) ?? [];
        while (await MoveAsync(topics))
        {
            missing.Remove(topics.Current.Manifest.Name);
            yield return topics.Current;
        }

        if (missing.Count > 0)
        {
            throw new BackupException(FailureKind.Configuration, $"Backup '{_backup}' has no topic '{missing.Min(StringComparer.Ordinal)}'. See 'kafka-backup list --path ... --backup-id {_backup}' for those that it has.");
        }
    }

    /// <summary>Has the ledger's entries go through <paramref name="check"/> as they are read.</summary>
    internal void CheckBy(Func<IEnumerable<LedgerEntry>, IEnumerable<LedgerEntry>> check) => _check = check;

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _manifest?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async ValueTask<bool> MoveAsync(IAsyncEnumerator<BackupTopic> topics)
    {
        HasFailed = true;
        var isThere = await topics.MoveNextAsync();
        HasFailed = false;
        return isThere;
    }

    private async IAsyncEnumerable<BackupTopic> ShownAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        while (await _manifest!.NextAsync(cancellation) is { } topic)
        {
            yield return new BackupTopic(topic, null);
        }
    }

    private async IAsyncEnumerable<BackupTopic> RenderedAsync(LedgerStream ledger, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var facts = ledger.Topics.Values.Where(topic => _topics?.Contains(topic.Name) != false);
        await foreach (var topic in TopicPieces.OfAsync(ReadAhead.Of(_check(ledger.Entries(_topics))), facts, _manifest, cancellation))
        {
            yield return new BackupTopic(Rendered(topic), topic.Entries);
        }
    }

    /// <summary>The topic as the next manifest would show it: what another program pruned since the ledger was written is left out.</summary>
    private static ManifestTopic Rendered(TopicPieces topic)
    {
        var pruned = topic.Shown.All(shown => shown.Partitions.All(partition => partition.Pruned.Count == 0))
            ? []
            : PrunedRanges.Supersede(topic.Shown, partition => topic.Entries.Where(entry => entry.Partition == partition)).ToDictionary(entry => (entry.Partition, entry.Range));
        return ManifestView.RenderTopic(topic.Name, topic.Facts, topic.Entries.Select(entry => pruned.GetValueOrDefault((entry.Partition, entry.Range), entry)), topic.Shown);
    }
}
