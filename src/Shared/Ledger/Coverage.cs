namespace KafkaBackup.Shared.Ledger;

/// <summary>The offsets that a backup answers for in one partition: disjoint ranges in order, adjacent ones joined.</summary>
public sealed class Coverage
{
    private readonly List<OffsetRange> _ranges = [];

    /// <summary>Another one that covers the same.</summary>
    public Coverage Copy()
    {
        var copy = new Coverage();
        copy._ranges.AddRange(_ranges);
        return copy;
    }

    /// <summary>The covered ranges in order.</summary>
    public IReadOnlyList<OffsetRange> Ranges => _ranges;

    /// <summary>Where a tail continues: the end of the last range; null when nothing is covered.</summary>
    public long? Position => _ranges.Count == 0 ? null : _ranges[^1].Next;

    /// <summary>The first offset covered; null when nothing is.</summary>
    public long? First => _ranges.Count == 0 ? null : _ranges[0].Base;

    /// <summary>Whether any offset of <paramref name="range"/> is covered.</summary>
    public bool Overlaps(OffsetRange range)
    {
        var at = FirstEndingAfter(range.Base);
        return at < _ranges.Count && _ranges[at].Overlaps(range);
    }

    /// <summary>Takes in a range that does not overlap what is covered.</summary>
    /// <exception cref="InvalidOperationException">It overlaps: the caller did not ask first.</exception>
    public void Add(OffsetRange range)
    {
        if (range.IsEmpty)
        {
            return;
        }

        var at = FirstEndingAfter(range.Base);
        if (at < _ranges.Count && _ranges[at].Overlaps(range))
        {
            throw new InvalidOperationException($"The range {range} overlaps {_ranges[at]}, which is covered already.");
        }

        var joinsLeft = at > 0 && _ranges[at - 1].Next == range.Base;
        var joinsRight = at < _ranges.Count && _ranges[at].Base == range.Next;
        var joined = new OffsetRange(joinsLeft ? _ranges[at - 1].Base : range.Base, joinsRight ? _ranges[at].Next : range.Next);
        if (joinsLeft)
        {
            _ranges.RemoveAt(--at);
        }

        if (joinsRight)
        {
            _ranges.RemoveAt(at);
        }

        _ranges.Insert(at, joined);
    }

    /// <summary>The parts of <paramref name="range"/> that are not covered, in order.</summary>
    public IEnumerable<OffsetRange> Uncovered(OffsetRange range)
    {
        var from = range.Base;
        for (var at = FirstEndingAfter(range.Base); at < _ranges.Count && _ranges[at].Base < range.Next; at++)
        {
            if (_ranges[at].Base > from)
            {
                yield return new OffsetRange(from, _ranges[at].Base);
            }

            from = _ranges[at].Next;
        }

        if (from < range.Next)
        {
            yield return new OffsetRange(from, range.Next);
        }
    }

    private int FirstEndingAfter(long offset)
    {
        int low = 0, high = _ranges.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ranges[middle].Next > offset)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }
}
