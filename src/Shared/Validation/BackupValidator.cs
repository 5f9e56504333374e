using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Validation;

/// <summary>Compares a backup with its objects: several at a time, each alone in memory.</summary>
public sealed class BackupValidator(IObjectStore store)
{
    /// <summary>How many objects are decoded at the same time; each is in memory as it is stored. Default: 4.</summary>
    public int DeepParallelism { get; init; } = 4;

    /// <summary>How many objects are asked for at the same time. Default: 16.</summary>
    public int Parallelism { get; init; } = 16;

    /// <summary>How many objects are asked for one by one; for more, all are listed.</summary>
    private const int MaxSingle = 100;

    /// <summary>Objects are looked at together until there are so many, as a topic may have few.</summary>
    private const int MinBatch = 4_096;

    /// <summary>Validates a backup.</summary>
    /// <param name="id">The backup.</param>
    /// <param name="isDeep">Whether to decode every object.</param>
    /// <param name="progress">Hears how many of how many objects are done. Called from any thread.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackupException">There is no such backup.</exception>
    /// <exception cref="StorageException">The store failed, or ledger or manifest cannot be read.</exception>
    public async Task<ValidationReport> ValidateAsync(string id, bool isDeep, Action<int, int> progress, CancellationToken cancellation)
    {
        var reader = new BackupReader(store) { SpoolsManifest = true };
        var (all, hasRepeats) = await reader.ReadAsync(id, topics: null, stream => CountAsync(BackupReader.IdOf(id), stream, cancellation), cancellation);
        var listed = isDeep || all <= MaxSingle ? new ListedSizes() : await ListedSizes.ReadAsync(store, BackupKeys.SegmentsPrefix(BackupReader.IdOf(id)), cancellation);
        return await reader.ReadAsync(id, topics: null, async stream =>
        {
            var (reports, batch, waiting, done) = (new List<PartitionReport>(), new List<BackupTopic>(), 0, 0);
            await foreach (var topic in stream.TopicsAsync(cancellation))
            {
                batch.Add(topic);
                waiting += SegmentsOf(topic);
                if (waiting >= MinBatch && !hasRepeats)
                {
                    await JudgeAsync();
                }
            }

            await JudgeAsync();
            return new ValidationReport(id, isDeep, stream.Head is not null, [.. reports.OrderBy(report => report.Partition)]);

            async Task JudgeAsync()
            {
                reports.AddRange(await JudgeBatchAsync(batch, (segment, stop) => LookAsync(segment, isDeep, listed, stop), isDeep ? DeepParallelism : Parallelism,
                    () => progress(Interlocked.Increment(ref done), Math.Max(done, all)), cancellation));
                batch.Clear();
                waiting = 0;
            }
        }, cancellation);
    }

    private static int SegmentsOf(BackupTopic topic) => topic.Manifest.Partitions.Sum(partition => partition.Segments.Count);

    /// <summary>Counts the segments, and reads all that tells of them before any object is looked at. Runs begin from what the coverage object tells, restores from what the
    /// parts hold: both are to be the same.</summary>
    /// <returns>How many there are, and whether a topic is told of in several pieces, as another program may have left them.</returns>
    private async Task<(int Segments, bool HasRepeats)> CountAsync(BackupId backup, BackupStream stream, CancellationToken cancellation)
    {
        if (stream.Head is { Coverage: not null } head && await LedgerReader.ReadOutlineAsync(store, backup, cancellation) is { } outline && outline.Head.Seq == head.Seq)
        {
            stream.CheckBy(entries => outline.Compare(entries, store, backup));
        }

        var (segments, hasRepeats, names) = (0, false, new HashSet<string>(StringComparer.Ordinal));
        await foreach (var topic in stream.TopicsAsync(cancellation))
        {
            segments += SegmentsOf(topic);
            hasRepeats |= !names.Add(topic.Manifest.Name);
        }

        return (segments, hasRepeats);
    }

    private static async Task<IEnumerable<PartitionReport>> JudgeBatchAsync(
        List<BackupTopic> topics, Func<ManifestSegment, CancellationToken, Task<SegmentEvidence>> look, int parallelism, Action looked, CancellationToken cancellation)
    {
        var partitions = topics
            .SelectMany(topic => topic.Manifest.Partitions, (topic, partition) => (Id: new PartitionId(topic.Manifest.Name, partition.PartitionId), Shown: partition, topic.Coverage))
            .GroupBy(partition => partition.Id).ToList();
        var segments = partitions.SelectMany(pieces => pieces.SelectMany(piece => piece.Shown.Segments)).ToList();
        var evidence = new SegmentEvidence[segments.Count];
        await Parallel.ForAsync(0, segments.Count, new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellation }, async (i, stop) =>
        {
            evidence[i] = await look(segments[i], stop);
            looked();
        });

        var next = 0;
        return [.. partitions.Select(pieces =>
        {
            var count = pieces.Sum(piece => piece.Shown.Segments.Count);
            var found = new ArraySegment<SegmentEvidence>(evidence, next, count);
            next += count;
            var coverage = pieces.First().Coverage;
            return PartitionFindings.Judge(pieces.Key, found, [.. pieces.Select(piece => piece.Shown)], coverage is null ? null : coverage.GetValueOrDefault(pieces.Key.Number) ?? new Coverage());
        })];
    }

    private async Task<SegmentEvidence> LookAsync(ManifestSegment segment, bool isDeep, ListedSizes listed, CancellationToken cancellation) =>
        isDeep ? await SegmentCheck.DecodeAsync(store, segment, cancellation)
        : listed.TryGet(segment.Key, out var size) ? SegmentCheck.OfSize(segment, size)
        : await SegmentCheck.DiscoverAsync(store, segment, cancellation); // It may lie elsewhere.
}
