using KafkaBackup.Shared.Segments;

namespace KafkaBackup.Shared.Ledger.Repair;

/// <summary>The entries of one partition in the making. What is taken first stays; what comes later gets what is left.</summary>
/// <remarks>Two layers, so that a record beats any statement that there is none: segments first, then gaps and ranges proven empty.</remarks>
internal sealed class PartitionRebuild(PartitionId partition)
{
    private readonly Coverage _covered = new();
    private readonly List<LedgerEntry> _entries = [];
    private readonly List<LedgerEntry> _withoutSegment = [];

    /// <summary>The entries so far, in order.</summary>
    public IReadOnlyList<LedgerEntry> Entries => _entries;

    /// <summary>The offsets answered for so far.</summary>
    public Coverage Covered => _covered;

    /// <summary>Where all that was said of the partition ends, gaps and empty ranges included; null when nothing was.</summary>
    public long? Position => new[] { _covered.Position, _withoutSegment.Count == 0 ? null : _withoutSegment.Max(entry => entry.Range.Next) }.Max();

    /// <summary>Takes an entry, cut to what is not answered for yet. One without a segment waits for <see cref="Finish"/>.</summary>
    public void Take(LedgerEntry entry)
    {
        if (entry.Segment is not { } segment)
        {
            _withoutSegment.Add(entry);
            return;
        }

        var records = new OffsetRange(segment.StartOffset, segment.EndOffset + 1);
        foreach (var piece in _covered.Uncovered(entry.Range).ToList())
        {
            if (piece.Overlaps(records))
            {
                Add(entry with { Range = piece });
            }
            else
            {
                // Proven by the same look at the source, but none of the segment's records lie here.
                _withoutSegment.Add(entry with { Range = piece, Segment = null, LeaderEpoch = null });
            }
        }
    }

    /// <summary>Takes a segment that nothing names, by its own word.</summary>
    /// <param name="segment">What it holds.</param>
    /// <param name="end">Offsets from here on are not taken.</param>
    public void Take(SegmentInfo segment, long end = long.MaxValue)
    {
        var next = Math.Min(segment.EndOffset + 1, end);
        if (segment.StartOffset < next)
        {
            Take(new LedgerEntry { Partition = partition, Range = new OffsetRange(segment.StartOffset, next), Segment = segment });
        }
    }

    /// <summary>Fills in gaps and empty ranges where no segment answers, those told first before others.</summary>
    public void Finish()
    {
        foreach (var entry in _withoutSegment)
        {
            foreach (var piece in _covered.Uncovered(entry.Range).ToList())
            {
                Add(entry with { Range = piece });
            }
        }

        _withoutSegment.Clear();
        _entries.Sort((a, b) => a.Range.CompareTo(b.Range));
    }

    private void Add(LedgerEntry entry)
    {
        _covered.Add(entry.Range);
        _entries.Add(entry);
    }
}
