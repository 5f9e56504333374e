using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Shared.Tests.Ledger.LedgerSamples;

namespace KafkaBackup.Shared.Tests.Ledger.Repair;

/// <summary>A backup with a past: runs that end well or are killed, segments that were never committed, gaps, offsets without records,
/// parts that were merged, sweeps, a manifest that lags. Real objects in a store in memory, made by the product's own writer; the same
/// seed is the same past.</summary>
internal sealed class RandomHistory
{
    private const long End = 400;

    private readonly Random _random;
    private readonly List<(PartitionId Partition, SortedSet<long> Alive)> _sources;
    private readonly Dictionary<PartitionId, long> _logStarts = [];
    private int _names;

    private RandomHistory(int seed)
    {
        _random = new Random(seed);
        _sources = [.. Enumerable.Range(0, 2).Select(number =>
            (new PartitionId("t", number), new SortedSet<long>(
                Enumerable.Range(0, (int)End).Select(offset => (long)offset).Where(_ => _random.Next(3) > 0))))];
    }

    public LedgerSamples Samples { get; } = new();

    /// <summary>Lives through some runs.</summary>
    public static async Task<RandomHistory> LiveAsync(int seed)
    {
        var history = new RandomHistory(seed);
        for (var runs = history._random.Next(1, 6); runs > 0; runs--)
        {
            await history.RunAsync();
        }

        return history;
    }

    /// <summary>One more run, which goes on from whatever ledger there is.</summary>
    public async Task RunAsync()
    {
        var writer = await Samples.LoadedAsync($"writer{++_names}", maxTailBytes: 1_500, maxParts: 3);
        var manifest = new ManifestPublisher(Samples.Objects);
        await manifest.AdoptAsync(writer, CancellationToken.None);
        await writer.ClaimAsync(CancellationToken.None);
        await writer.RecordSourceAsync("cluster", [new TopicFacts("t", 2 + _random.Next(2), "id")], CancellationToken.None);
        for (var steps = _random.Next(1, 12); steps > 0; steps--)
        {
            await CommitAsync(writer);
            if (_random.Next(8) == 0)
            {
                await manifest.RenderAsync(writer, new ManifestPublisher.SourceLabels([], "none"), CancellationToken.None);
            }
        }

        if (_random.Next(3) > 0)
        {
            await manifest.RenderAsync(writer, new ManifestPublisher.SourceLabels([], "none"), CancellationToken.None);
            await LedgerSweeper.SweepAsync(Samples.Objects, writer, CancellationToken.None);
            await writer.CloseAsync(CancellationToken.None);
        }
    }

    /// <summary>The committed records whose segment is there: partition and offset.</summary>
    public async Task<HashSet<(PartitionId Partition, long Offset)>> RestorableAsync(LedgerSnapshot ledger)
    {
        var records = new HashSet<(PartitionId, long)>();
        foreach (var entry in ledger.Entries.Where(entry => entry.Segment is not null))
        {
            var stored = await OffsetsOfAsync(entry.Segment!.Key);
            foreach (var offset in stored.Where(offset => offset >= entry.Range.Base && offset < entry.Range.Next))
            {
                Xunit.Assert.True(records.Add((entry.Partition, offset)), $"{entry.Partition} {offset} is named twice.");
            }
        }

        return records;
    }

    /// <summary>Deletes, cuts or changes some objects.</summary>
    public async Task DamageAsync(Func<string, bool> isCandidate, double share)
    {
        foreach (var key in Samples.Keys().Where(isCandidate).Where(_ => _random.NextDouble() < share))
        {
            var content = await Samples.BytesAsync(key);
            switch (_random.Next(3))
            {
                case 0:
                    await Samples.Objects.DeleteAsync(key, CancellationToken.None);
                    break;
                case 1:
                    await Samples.PutAsync(key, content.AsMemory(0, _random.Next(content.Length)));
                    break;
                default:
                    content[_random.Next(Math.Min(20, content.Length))] ^= 0x55;
                    await Samples.PutAsync(key, content);
                    break;
            }
        }
    }

    private async Task<IReadOnlyList<long>> OffsetsOfAsync(string key)
    {
        var offsets = new List<long>();
        if (await Samples.Objects.GetAsync(key, CancellationToken.None) is { } stored)
        {
            try
            {
                SegmentInspector.Inspect(stored.Content, key, record => offsets.Add(record.Offset));
            }
            catch (StorageException)
            {
                return []; // Damaged: nothing is left of it.
            }
        }

        return offsets;
    }

    /// <summary>What a worker does at one of the places that are not covered: a segment, a gap, or neither; and now and then something that it
    /// never gets to commit.</summary>
    private async Task CommitAsync(LedgerWriter writer)
    {
        var (partition, alive) = _sources[_random.Next(_sources.Count)];
        var uncovered = writer.Ledger.CoverageOf(partition).Uncovered(new OffsetRange(0, End)).FirstOrDefault();
        if (uncovered.IsEmpty)
        {
            return;
        }

        if (_random.Next(4) == 0 && _logStarts.GetValueOrDefault(partition) <= uncovered.Base)
        {
            await StoreAsync(writer, partition, alive, uncovered); // Killed, or refused, before it was committed.
        }

        var next = Math.Min(uncovered.Next, uncovered.Base + _random.Next(1, 25));
        if (_random.Next(10) == 0)
        {
            _logStarts[partition] = Math.Max(_logStarts.GetValueOrDefault(partition), next); // Retention was faster.
        }

        var logStart = _logStarts.GetValueOrDefault(partition);
        var range = new OffsetRange(uncovered.Base, logStart > uncovered.Base ? Math.Min(logStart, next) : next);
        if (logStart > uncovered.Base)
        {
            await writer.CommitAsync([Gap(range.Base, range.Next) with { Partition = partition }], CancellationToken.None);
        }
        else
        {
            await writer.CommitAsync([await StoreAsync(writer, partition, alive, range)], CancellationToken.None);
        }

        await writer.CompactAsync(CancellationToken.None);
    }

    private async Task<LedgerEntry> StoreAsync(LedgerWriter writer, PartitionId partition, SortedSet<long> alive, OffsetRange range)
    {
        var records = alive.GetViewBetween(range.Base, range.Next - 1).Take(20).ToList();
        if (records.Count == 0)
        {
            return new LedgerEntry { Partition = partition, Range = range };
        }

        var epoch = Math.Max(1, writer.Ledger.Head.Epoch - _random.Next(2));
        var key = await Samples.PutSegmentAsync(epoch, records, partition, $"u{++_names}");
        var content = await Samples.BytesAsync(key);
        return new LedgerEntry
        {
            Partition = partition,
            Range = records.Count == 20 ? new OffsetRange(range.Base, records[^1] + 1) : range,
            Segment = SegmentInspector.Inspect(content, key),
        };
    }
}
