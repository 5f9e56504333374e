using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Ledger.Repair;

/// <summary>Rebuilds a lost or damaged ledger, and puts it in place by one swap of the head. It deletes nothing.</summary>
public sealed class LedgerRepair(IObjectStore store, TimeProvider clock)
{
    /// <summary>How many segments are decoded at the same time; each is in memory as it is stored. Default: 4.</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>Repairs a backup.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="writer">A name that no other writer ever has; the head carries it.</param>
    /// <param name="isDryRun">Whether to write nothing.</param>
    /// <param name="progress">Hears how many of how many segments are read. Called from any thread.</param>
    /// <param name="cancellation">Gives up; before the swap nothing has changed.</param>
    /// <exception cref="BackupException">There is no such backup, or another process changed its head meanwhile.</exception>
    /// <exception cref="StorageException">The store failed, or an object is of a format that this program does not know.</exception>
    public async Task<RepairReport> RunAsync(BackupId backup, string writer, bool isDryRun, Action<int, int> progress, CancellationToken cancellation)
    {
        var evidence = await new LedgerSurvey(store, backup).ReadAsync(cancellation);
        if (evidence.IsEmpty)
        {
            throw new BackupException(FailureKind.Configuration,
                $"There is no backup '{backup}' in {store.Name}. See 'kafka-backup list --path' for those that are there.");
        }

        var rebuild = new LedgerRebuild(evidence);
        var (inspected, unsound) = await InspectAsync(rebuild.ToInspect, progress, cancellation);
        var ledger = rebuild.Finish(inspected);
        long? epoch = null;
        if (!isDryRun && !ledger.IsSameAsBefore)
        {
            await StoreProbe.CheckAsync(store, backup, cancellation);
            epoch = await new RebuiltLedgerWriter(store, clock).WriteAsync(evidence, ledger, writer, cancellation);
        }

        return RepairReporting.Make(evidence, ledger, unsound, epoch);
    }

    /// <summary>What segments hold by their own records, and a sentence for each that is not sound.</summary>
    private async Task<(IReadOnlyList<SegmentInfo> Sound, IReadOnlyList<string> Unsound)> InspectAsync(
        IReadOnlyCollection<string> keys, Action<int, int> progress, CancellationToken cancellation)
    {
        var inOrder = keys.Order(StringComparer.Ordinal).ToList();
        var found = new (SegmentInfo? Segment, string? Problem)[inOrder.Count];
        var done = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellation };
        await Parallel.ForAsync(0, inOrder.Count, options, async (i, stop) =>
        {
            found[i] = await InspectAsync(inOrder[i], stop);
            progress(Interlocked.Increment(ref done), inOrder.Count);
        });
        return ([.. found.Select(one => one.Segment).OfType<SegmentInfo>()], [.. found.Select(one => one.Problem).OfType<string>()]);
    }

    private async Task<(SegmentInfo? Segment, string? Problem)> InspectAsync(string key, CancellationToken cancellation)
    {
        if (await store.GetAsync(key, cancellation) is not { } stored)
        {
            return (null, null); // Swept since it was listed.
        }

        try
        {
            var (previous, isOrdered) = (-1L, true);
            var segment = SegmentInspector.Inspect(stored.Content, key, record =>
            {
                isOrdered &= record.Offset > previous && record.Offset < long.MaxValue;
                previous = record.Offset;
            });
            return segment is null ? (null, $"{key} holds no record.")
                : !isOrdered ? (null, $"{key}: its records are not in order of offset, or one is in it twice.")
                : BackupKeys.EpochOf(key) is not null && BackupKeys.StartOf(key) != segment.StartOffset
                    ? (null, $"{key} begins with offset {segment.StartOffset}, which is not the one in its name.")
                : (segment, null);
        }
        catch (StorageException e) when (!e.IsRetryable)
        {
            return (null, e.Message);
        }
    }
}
