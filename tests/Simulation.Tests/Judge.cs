using KafkaBackup.Coordinator.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Shared.Protocol.BackupProtocol;

namespace KafkaBackup.Simulation.Tests;

/// <summary>Watches every write of a simulation, and what processes are told, against the truth of that moment.</summary>
internal sealed class Judge(World world)
{
    private readonly Dictionary<string, IReadOnlyList<LedgerEntry>> _parts = [];
    private readonly Dictionary<PartitionId, Coverage> _covered = [];
    private readonly List<LedgerEntry> _acknowledged = [];
    private Head _head = Head.None;
    private HashSet<LedgerEntry> _truth = [];

    /// <summary>The first thing that went wrong, or null.</summary>
    public string? Verdict { get; private set; }

    /// <summary>How many entries were acknowledged so far.</summary>
    public int AcknowledgedCount => _acknowledged.Count;

    /// <summary>All entries that are committed.</summary>
    public IReadOnlyCollection<LedgerEntry> Truth => _truth;

    /// <summary>The head as it is.</summary>
    public Head Head => _head;

    public Coverage CoverageOf(PartitionId partition) => _covered.TryGetValue(partition, out var found) ? found : _covered[partition] = new Coverage();

    public void Accuse(string verdict) => Verdict ??= $"{verdict} (step {world.Scheduler.Steps})";

    /// <summary>A process has changed an object.</summary>
    public void Written(SimulatedProcess process, string key, StoredObject? before)
    {
        if (key == BackupKeys.Head(World.Backup))
        {
            HeadWritten(process, HeadCodec.Read(world.Find(key)!.Content.Span, key));
        }
        else if (key == BackupKeys.Manifest(World.Backup) && process is SimulatedWriter)
        {
            ManifestWritten(process, SegmentsOf(before), SegmentsOf(world.Find(key)));
        }
        else if (before is not null && key.StartsWith(BackupKeys.SegmentsPrefix(World.Backup), StringComparison.Ordinal)
            && _truth.Any(entry => entry.Segment?.Key == key))
        {
            Accuse($"{process.Name} wrote over {key}, which is committed");
        }
    }

    /// <summary>A process is about to delete an object.</summary>
    public void Deleting(SimulatedProcess process, string key)
    {
        if (_head.Parts.Any(part => part.Key == key) || _head.Topics == key || _truth.Any(entry => entry.Segment?.Key == key))
        {
            Accuse($"{process.Name} deleted {key}, which is named");
        }
        else if (ForeignTool.Made(key))
        {
            Accuse($"{process.Name} deleted {key}, which is not ours");
        }
    }

    /// <summary>A writer tells a worker that its entry is committed.</summary>
    public void Acknowledged(SimulatedProcess process, LedgerEntry entry)
    {
        _acknowledged.Add(entry);
        if (!_truth.Any(entry.IsRepeatOf))
        {
            Accuse($"{process.Name} acknowledged {entry.Partition} {entry.Range}, which is not committed");
        }
    }

    /// <summary>A worker writes into its journal that it has this range.</summary>
    public void Journaled(SimulatedProcess process, OffsetRange range)
    {
        if (process is SimulatedWorker worker && CoverageOf(worker.Partition).Uncovered(range).Any())
        {
            Accuse($"the journal of {process.Name} is ahead of the truth: {worker.Partition} {range}");
        }
    }

    /// <summary>A run says that it is over. One that names no failure and was not cut short has backed up all that it had planned.</summary>
    public void RunEnded(SimulatedProcess process, BackupFinished finished, IReadOnlyList<PartitionWork> planned)
    {
        if (finished.WasStopped || finished.Failures.Count > 0 || finished.FailedPartitions > 0)
        {
            return;
        }

        if (planned.FirstOrDefault(work => work.Ranges.SelectMany(CoverageOf(work.Partition).Uncovered).Any()) is { } left)
        {
            Accuse($"{process.Name} ended without a failure, and {left.Partition} is not covered as planned");
        }
    }

    /// <summary>A reader has read the ledger.</summary>
    public void Read(SimulatedProcess process, int acknowledgedBefore, IReadOnlyCollection<LedgerEntry> seen)
    {
        if (_acknowledged.Take(acknowledgedBefore).Select(Identity).Except(seen.Select(Identity)).Any())
        {
            Accuse($"{process.Name} does not see what was acknowledged before it began");
        }

        foreach (var partition in seen.GroupBy(entry => entry.Partition))
        {
            var ordered = partition.Select(entry => entry.Range).Order().ToList();
            if (ordered.Zip(ordered.Skip(1)).Any(pair => pair.First.Overlaps(pair.Second)))
            {
                Accuse($"{process.Name} sees overlapping entries of {partition.Key}");
            }
        }
    }

    private static (PartitionId Partition, OffsetRange Range, string? Key) Identity(LedgerEntry entry) => (entry.Partition, entry.Range, entry.Segment?.Key);

    private void HeadWritten(SimulatedProcess process, Head head)
    {
        if (head.Epoch < _head.Epoch || head.Seq != _head.Seq + 1)
        {
            Accuse($"{process.Name} wrote head {head.Epoch}/{head.Seq} over {_head.Epoch}/{_head.Seq}");
        }

        var truth = head.Parts.SelectMany(PartOf).Concat(head.Tail).ToList();
        var now = truth.ToHashSet();
        if (!_truth.IsSubsetOf(now))
        {
            Accuse($"{process.Name} wrote a head that has lost entries");
        }

        var added = truth.Where(entry => !_truth.Contains(entry)).ToList();
        (_head, _truth) = (head, now);
        // Where nothing was covered the first one of the batch may start anywhere, and which one that was a part does not tell.
        var unstarted = added.Select(entry => entry.Partition).Where(partition => CoverageOf(partition).Position is null).ToHashSet();
        foreach (var entry in added)
        {
            Committed(process, entry, unstarted.Contains(entry.Partition));
        }
    }

    private void Committed(SimulatedProcess process, LedgerEntry entry, bool mayStartAnywhere)
    {
        var covered = CoverageOf(entry.Partition);
        var isAdopted = entry.Segment is { } segment && ForeignTool.Made(segment.Key);
        if (covered.Overlaps(entry.Range))
        {
            Accuse($"{process.Name} committed {entry.Partition} {entry.Range}, which overlaps");
            return;
        }

        if (!mayStartAnywhere && !isAdopted && entry.Range.Base > covered.Position)
        {
            Accuse($"{process.Name} committed {entry.Partition} {entry.Range}, which leaves a hole");
        }

        covered.Add(entry.Range);
        if (FinalJudgement.Loss(world, entry) is { } loss)
        {
            Accuse($"{process.Name} committed {entry.Partition} {entry.Range}: {loss}");
        }
    }

    private IReadOnlyList<LedgerEntry> PartOf(PartReference part)
    {
        if (_parts.TryGetValue(part.Key, out var known))
        {
            return known;
        }

        if (world.Find(part.Key) is { } found)
        {
            return _parts[part.Key] = PartCodec.Read(found.Content.Span, part);
        }

        Accuse($"the head names {part.Key}, which is not there");
        return [];
    }

    private void ManifestWritten(SimulatedProcess process, List<ManifestSegment> before, List<ManifestSegment> after)
    {
        var committed = _truth.Select(entry => entry.Segment?.Key).ToHashSet();
        if (after.Find(segment => !ForeignTool.Made(segment.Key) && !committed.Contains(segment.Key)) is { } early)
        {
            Accuse($"{process.Name} shows {early.Key}, which is not committed");
        }

        var shown = after.Select(segment => segment.Key).ToHashSet();
        foreach (var segment in before.Where(segment => ForeignTool.Made(segment.Key) && !shown.Contains(segment.Key)))
        {
            if (CoverageOf(PartitionOf(segment)).Uncovered(new OffsetRange(segment.StartOffset, segment.EndOffset + 1)).Any())
            {
                Accuse($"{process.Name} dropped {segment.Key}, and the ledger does not answer for it");
            }
        }
    }

    private static List<ManifestSegment> SegmentsOf(StoredObject? manifest) => manifest is null
        ? []
        : ManifestJson.Read(manifest.Content.Span, "manifest").Topics.SelectMany(topic => topic.Partitions).SelectMany(p => p.Segments).ToList();

    private static PartitionId PartitionOf(ManifestSegment segment) => new("t", int.Parse(segment.Key.Split("partition=")[1].Split('/')[0]));
}
