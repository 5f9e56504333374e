using System.Diagnostics.CodeAnalysis;
using KafkaBackup.Shared;

namespace KafkaBackup.Simulation.Tests;

/// <summary>One Kafka partition: sparse offsets, shrinking under compaction and retention.</summary>
internal sealed class SimulatedSource
{
    private const long MostOffsets = 90;

    private readonly Random _random;
    private readonly SortedSet<long> _alive;

    public SimulatedSource(Random random, PartitionId partition)
    {
        _random = random;
        Partition = partition;
        var count = random.Next(5, 40);
        End = count * 2;
        var offsets = Enumerable.Range(0, count * 2).Select(offset => (long)offset).ToArray();
        random.Shuffle(offsets);
        _alive = [.. offsets.Take(count)];
    }

    public PartitionId Partition { get; }

    /// <summary>The log start offset.</summary>
    public long Start { get; private set; }

    /// <summary>The high watermark.</summary>
    public long End { get; private set; }

    /// <summary>The offsets of the records that are there.</summary>
    public IReadOnlySet<long> Alive => _alive;

    /// <summary>Reads up to <paramref name="limit"/> records of a range.</summary>
    /// <returns>False when the range starts before the log does.</returns>
    public bool TryFetch(OffsetRange range, int limit, [NotNullWhen(true)] out IReadOnlyList<long>? records, out long next)
    {
        records = null;
        next = 0;
        if (range.Base < Start)
        {
            return false;
        }

        records = _alive.GetViewBetween(range.Base, range.Next - 1).Take(limit).ToList();
        next = records.Count == limit ? records[^1] + 1 : range.Next;
        return true;
    }

    /// <summary>Lets time pass.</summary>
    public void Age()
    {
        if (_alive.Count > 0 && _random.NextDouble() < .03)
        {
            _alive.Remove(_alive.ElementAt(_random.Next(_alive.Count)));
        }

        if (End < MostOffsets && _random.NextDouble() < .02)
        {
            _alive.Add(End);
            End += _random.Next(1, 3);
        }

        if (_random.NextDouble() < .01)
        {
            Start = Math.Min(End, Start + _random.Next(1, 7));
            _alive.RemoveWhere(offset => offset < Start);
        }
    }
}
