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

    /// <summary>Validates a backup.</summary>
    /// <param name="id">The backup.</param>
    /// <param name="isDeep">Whether to decode every object.</param>
    /// <param name="progress">Hears how many of how many objects are done. Called from any thread.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackupException">There is no such backup.</exception>
    /// <exception cref="StorageException">The store failed, or ledger or manifest cannot be read.</exception>
    public async Task<ValidationReport> ValidateAsync(string id, bool isDeep, Action<int, int> progress, CancellationToken cancellation)
    {
        var contents = await new BackupReader(store).OpenAsync(id, cancellation);
        await CompareCoverageAsync(BackupReader.IdOf(id), contents.Ledger, cancellation);
        var partitions = contents.Manifest.Topics.SelectMany(topic => topic.Partitions, (topic, partition) => (Id: new PartitionId(topic.Name, partition.PartitionId), partition))
            .GroupBy(item => item.Id, item => item.partition).OrderBy(group => group.Key).ToList();
        var segments = partitions.SelectMany(group => group.SelectMany(partition => partition.Segments)).ToList();
        var evidence = new SegmentEvidence[segments.Count];
        var done = 0;
        var listed = isDeep || segments.Count <= MaxSingle ? [] : await SizesAsync(BackupReader.IdOf(id), segments, cancellation);
        var options = new ParallelOptions { MaxDegreeOfParallelism = isDeep ? DeepParallelism : Parallelism, CancellationToken = cancellation };
        await Parallel.ForAsync(0, segments.Count, options, async (i, stop) =>
        {
            evidence[i] = isDeep ? await SegmentCheck.DecodeAsync(store, segments[i], stop)
                : listed.TryGetValue(segments[i].Key, out var size) ? SegmentCheck.OfSize(segments[i], size)
                : await SegmentCheck.DiscoverAsync(store, segments[i], stop); // It may lie elsewhere.
            progress(Interlocked.Increment(ref done), segments.Count);
        });

        var next = 0;
        var reports = new List<PartitionReport>();
        foreach (var group in partitions)
        {
            var count = group.Sum(partition => partition.Segments.Count);
            reports.Add(PartitionFindings.Judge(
                group.Key, new ArraySegment<SegmentEvidence>(evidence, next, count), [.. group],
                contents.Ledger?.CoverageOf(group.Key)));
            next += count;
        }

        return new ValidationReport(id, isDeep, contents.Ledger is not null, reports);
    }

    /// <summary>The sizes of those that are there, by key.</summary>
    private async Task<Dictionary<string, long>> SizesAsync(BackupId backup, List<ManifestSegment> segments, CancellationToken cancellation)
    {
        var wanted = segments.Select(segment => segment.Key).ToHashSet(StringComparer.Ordinal);
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var found in store.ListAsync(BackupKeys.SegmentsPrefix(backup), cancellation))
        {
            if (wanted.TryGetValue(found.Key, out var key))
            {
                sizes[key] = found.Size;
            }
        }

        return sizes;
    }

    /// <summary>Runs begin from what the coverage object tells, restores from what the parts hold: both are to be the same.</summary>
    private async Task CompareCoverageAsync(BackupId backup, LedgerSnapshot? ledger, CancellationToken cancellation)
    {
        if (ledger?.Head.Coverage is not null && await LedgerReader.ReadOutlineAsync(store, backup, cancellation) is { } outline && outline.Head.Seq == ledger.Head.Seq)
        {
            _ = outline.Compare(ledger.Entries, store, backup).Count();
        }
    }
}
