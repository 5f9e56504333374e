using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Ledger.Repair;

/// <summary>Makes the ledger anew from what is left of it. Pure: what was read goes in, entries come out.</summary>
/// <remarks>
/// Overlaps count once, and what is surer comes first: entries of head and parts, then the manifest, then segments that nothing names, newest
/// epoch first. A segment's records beat a gap, whoever tells of it. Where the history of the ledger is whole, a segment that nothing names
/// was never committed: it is taken for offsets that the ledger has no records of, but not behind the end of a partition, where the next
/// run reads from the source itself.
/// </remarks>
public sealed class LedgerRebuild
{
    private readonly LedgerEvidence _evidence;
    private readonly SortedDictionary<PartitionId, PartitionRebuild> _partitions = [];
    private readonly bool _isHistoryWhole;

    /// <summary>Segments whose own word is needed, and up to where each may be taken.</summary>
    private readonly Dictionary<string, long> _ends = new(StringComparer.Ordinal);
    private readonly List<LostSegment> _lost = [];

    /// <summary>Takes in all that names segments.</summary>
    public LedgerRebuild(LedgerEvidence evidence)
    {
        _evidence = evidence;
        foreach (var entry in Proven(evidence))
        {
            Take(entry, isNamed: true);
        }

        var shown = evidence.Manifest is { } manifest ? ManifestView.Adopt(manifest, _ => [], new HashSet<string>()).Entries : [];
        var proven = Proven(evidence).Select(entry => entry.Segment?.Key).ToHashSet(StringComparer.Ordinal);
        _isHistoryWhole = evidence.IsHistoryWhole && !shown.Any(entry => !proven.Contains(entry.Segment?.Key) && IsNews(entry));
        foreach (var entry in evidence.Parts.Where(part => !part.IsNamed && (!_isHistoryWhole || IsHeld(part.Key))).SelectMany(part => part.Entries))
        {
            Take(entry, isNamed: false);
        }

        foreach (var entry in shown)
        {
            Take(entry, isNamed: true);
        }

        var named = _partitions.Values.SelectMany(partition => partition.Entries)
            .Select(entry => entry.Segment!.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var key in evidence.Segments.Keys.Where(key => !named.Contains(key)))
        {
            // One that is named and does not fit its size was committed; what it holds now only the object itself can tell.
            if ((proven.Contains(key) ? long.MaxValue : End(key)) is { } end && (BackupKeys.StartOf(key) ?? 0) < end)
            {
                _ends.Add(key, end);
            }
        }
    }

    /// <summary>The segments whose own word is needed: nothing names them, or what names them does not fit their size.</summary>
    public IReadOnlyCollection<string> ToInspect => _ends.Keys;

    /// <summary>Takes in what these segments hold, then gaps and empty ranges.</summary>
    /// <param name="inspected">What was found in <see cref="ToInspect"/>; those that are not sound are left out.</param>
    public RebuiltLedger Finish(IEnumerable<SegmentInfo> inspected)
    {
        var newestFirst = inspected.OrderByDescending(segment => LostHistory.EpochOf(segment.Key) ?? -1)
            .ThenBy(segment => segment.StartOffset).ThenByDescending(segment => segment.EndOffset)
            .ThenBy(segment => segment.Key, StringComparer.Ordinal);
        foreach (var segment in newestFirst)
        {
            if (BackupKeys.PartitionOf(_evidence.Backup, segment.Key) is { } partition && _ends.TryGetValue(segment.Key, out var end))
            {
                Of(partition).Take(segment, end);
            }
        }

        foreach (var partition in _partitions.Values)
        {
            partition.Finish();
        }

        var entries = _partitions.Values.SelectMany(partition => partition.Entries).ToList();
        var before = Proven(_evidence).OrderBy(entry => entry.Partition).ThenBy(entry => entry.Range);
        return new RebuiltLedger
        {
            Entries = entries,
            Lost = [.. _lost.Where(IsStillLost)],
            IsSameAsBefore = _isHistoryWhole && _evidence is { IsWhole: true, Head.UnsweptThrough: null } && before.SequenceEqual(entries),
        };
    }

    private static IEnumerable<LedgerEntry> Proven(LedgerEvidence evidence) =>
        evidence.Parts.Where(part => part.IsNamed).SelectMany(part => part.Entries).Concat(evidence.Head?.Tail ?? []);

    private void Take(LedgerEntry entry, bool isNamed)
    {
        if (entry.Segment is not { } segment)
        {
            Of(entry.Partition).Take(entry);
        }
        else if (!_evidence.Segments.ContainsKey(segment.Key))
        {
            if (isNamed)
            {
                _lost.Add(new LostSegment(segment.Key, entry.Partition, entry.Range));
            }
        }
        else if (Fits(segment))
        {
            Of(entry.Partition).Take(entry);
        }
    }

    /// <summary>Up to where a segment that nothing names is taken; null when it is not.</summary>
    private long? End(string key)
    {
        if (BackupKeys.PartitionOf(_evidence.Backup, key) is not { } partition)
        {
            return null;
        }

        return !_isHistoryWhole || IsHeld(key) ? long.MaxValue : _partitions.GetValueOrDefault(partition)?.Position;
    }

    /// <summary>Whether the manifest shows a segment of ours that the head does not know of. As it never leads, the head is then an
    /// older one.</summary>
    private bool IsNews(LedgerEntry shown) => shown.Segment is { } segment && BackupKeys.EpochOf(segment.Key) is not null
        && Fits(segment) && Of(shown.Partition).Covered.Uncovered(shown.Range).Any();

    /// <summary>Whether the object is there and as large as it was.</summary>
    private bool Fits(SegmentInfo segment) =>
        _evidence.Segments.TryGetValue(segment.Key, out var size) && (segment.CompressedSize == 0 || segment.CompressedSize == size);

    private bool IsHeld(string key) => LostHistory.EpochOf(key) <= _evidence.Head?.UnsweptThrough;

    /// <summary>A missing segment matters only where nothing else answers for its offsets.</summary>
    private bool IsStillLost(LostSegment lost) => Of(lost.Partition).Covered.Uncovered(lost.Range).Any();

    private PartitionRebuild Of(PartitionId partition)
    {
        if (!_partitions.TryGetValue(partition, out var found))
        {
            _partitions.Add(partition, found = new PartitionRebuild(partition));
        }

        return found;
    }
}
