using System.Collections.ObjectModel;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Segments;

namespace KafkaBackup.Shared.Oso;

/// <summary>The two ways between the ledger and OSO's manifest: rendering the one from the other, and adopting what another program added.</summary>
/// <remarks>Pure. Whoever renders adopts first, so that nothing of the other program's is left out of the ledger for longer than a render.</remarks>
public static class ManifestView
{
    private static readonly IReadOnlyDictionary<string, string> NoSettings = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Makes the manifest that shows the ledger and loses nothing that another program has put into the present one.</summary>
    /// <param name="id">The backup.</param>
    /// <param name="createdAt">When it began, ms since 1970; a present manifest's own value goes before it.</param>
    /// <param name="sourceClusterId">The Kafka cluster that was read, or null to leave what a present manifest says.</param>
    /// <param name="sourceBrokers">The brokers that were read from, or none to leave what a present manifest says.</param>
    /// <param name="compression">The codec in use; a present manifest's own value goes before it.</param>
    /// <param name="facts">What is remembered of each topic; topics without any data included. What is not remembered of one stays as a
    /// present manifest says.</param>
    /// <param name="entries">The whole ledger, in any order.</param>
    /// <param name="existing">The present manifest, or null when there is none.</param>
    /// <returns>Topics in ordinal order, partitions by number, segments by start offset, adjacent gaps as one. Of the present manifest those
    /// segments and parts of gaps stay that hold offsets no entry covers, all that was pruned,
    /// and on each level the fields that this program does not know.</returns>
    public static BackupManifest Render(
        BackupId id,
        long createdAt,
        string? sourceClusterId,
        IReadOnlyList<string> sourceBrokers,
        string compression,
        IReadOnlyDictionary<string, TopicFacts> facts,
        IEnumerable<LedgerEntry> entries,
        BackupManifest? existing)
    {
        var topics = (existing?.Topics ?? []).ToLookup(topic => topic.Name, StringComparer.Ordinal);
        var byTopic = entries.ToLookup(entry => entry.Partition.Topic, StringComparer.Ordinal);
        return RenderRoot(id, createdAt, sourceClusterId, sourceBrokers, compression, existing) with
        {
            Topics = [.. facts.Keys.Union(topics.Select(topic => topic.Key)).Union(byTopic.Select(topic => topic.Key))
                .Order(StringComparer.Ordinal).Select(name => RenderTopic(name, facts.GetValueOrDefault(name), byTopic[name], [.. topics[name]]))],
        };
    }

    /// <summary>The same without the topics; the parameters are those of <see cref="Render"/>.</summary>
    internal static BackupManifest RenderRoot(
        BackupId id, long createdAt, string? sourceClusterId, IReadOnlyList<string> sourceBrokers, string compression, BackupManifest? existing) => new()
        {
            BackupId = id.Value,
            CreatedAt = existing?.CreatedAt ?? createdAt,
            SourceClusterId = sourceClusterId ?? existing?.SourceClusterId,
            SourceBrokers = sourceBrokers is [] && existing is not null ? existing.SourceBrokers : sourceBrokers,
            Compression = existing is { Compression: not "" } ? existing.Compression : compression,
            Topics = [],
            Others = existing?.Others,
        };

    /// <summary>One topic of <see cref="Render"/>'s.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="facts">What is remembered of it, if anything is.</param>
    /// <param name="entries">Its entries, in any order.</param>
    /// <param name="existing">What the present manifest has under its name.</param>
    internal static ManifestTopic RenderTopic(string name, TopicFacts? facts, IEnumerable<LedgerEntry> entries, IReadOnlyList<ManifestTopic> existing)
    {
        var settings = facts?.Configurations ?? existing.LastOrDefault(topic => topic.Configurations.Count > 0)?.Configurations ?? NoSettings;
        return new ManifestTopic
        {
            Name = name,
            OriginalPartitionCount = facts?.Partitions ?? existing.LastOrDefault()?.OriginalPartitionCount,
            SourceReplicationFactor = facts?.ReplicationFactor
                ?? existing.Select(topic => topic.SourceReplicationFactor).LastOrDefault(replicas => replicas is not null),
            Configurations = new SortedDictionary<string, string>(settings.ToDictionary(), StringComparer.Ordinal),
            Partitions = [.. Views(entries, existing).OrderBy(p => p.Key.Number).Select(p => p.Value.Render(p.Key.Number)).OfType<ManifestPartition>()],
            Others = UnknownFields.Merge(existing.Select(topic => topic.Others)),
        };
    }

    /// <summary>Finds what a manifest holds and the ledger does not: the work of another program, as entries to commit.</summary>
    /// <param name="manifest">The manifest as found.</param>
    /// <param name="covered">The ranges that the ledger answers for in a partition, in any order.</param>
    /// <param name="knownKeys">The keys of all segments that the ledger names.</param>
    /// <returns>Each segment with an unknown key, cut to what neither the ledger nor an earlier one of them covers, so one segment may make
    /// several entries or none; then what was pruned, and the gaps, each cut to what is left.</returns>
    public static AdoptionResult Adopt(
        BackupManifest manifest, Func<PartitionId, IReadOnlyList<OffsetRange>> covered, IReadOnlySet<string> knownKeys)
    {
        var entries = new List<LedgerEntry>();
        var problems = new List<string>();
        foreach (var partition in ByPartition(manifest.Topics).OrderBy(partition => partition.Key))
        {
            var segments = partition.SelectMany(p => p.Segments).Where(segment => !knownKeys.Contains(segment.Key));
            var first = entries.Count;
            var ours = covered(partition.Key);
            entries.AddRange(AdoptSegments(partition.Key, segments, OffsetRanges.Union(ours), problems));
            entries.AddRange(PrunedRanges.Adopt(partition.Key, partition.SelectMany(p => p.Pruned), Taken(), problems).ToList());
            entries.AddRange(AdoptGaps(partition.Key, partition.SelectMany(p => p.Gaps), Taken(), problems));
            entries.Sort(first, entries.Count - first, Comparer<LedgerEntry>.Create((a, b) => a.Range.CompareTo(b.Range)));

            List<OffsetRange> Taken() => OffsetRanges.Union(ours.Concat(entries.Skip(first).Select(entry => entry.Range)));
        }

        return new AdoptionResult(entries, problems);
    }

    private static Dictionary<PartitionId, PartitionView> Views(IEnumerable<LedgerEntry> entries, IReadOnlyList<ManifestTopic> existing)
    {
        var views = new Dictionary<PartitionId, PartitionView>();
        foreach (var entry in entries)
        {
            ViewOf(entry.Partition).Add(entry);
        }

        foreach (var foreign in ByPartition(existing))
        {
            ViewOf(foreign.Key).Keep(foreign);
        }

        return views;

        PartitionView ViewOf(PartitionId partition) => views.TryGetValue(partition, out var view) ? view : views[partition] = new PartitionView();
    }

    private static IEnumerable<IGrouping<PartitionId, ManifestPartition>> ByPartition(IReadOnlyList<ManifestTopic> topics) =>
        from topic in topics
        from partition in topic.Partitions
        group partition by new PartitionId(topic.Name, partition.PartitionId);

    private static IEnumerable<LedgerEntry> AdoptSegments(
        PartitionId partition, IEnumerable<ManifestSegment> segments, List<OffsetRange> covered, List<string> problems)
    {
        var sound = new List<(OffsetRange Range, ManifestSegment Segment)>();
        foreach (var segment in segments.OrderBy(s => s.StartOffset).ThenBy(s => s.EndOffset).ThenBy(s => s.Key, StringComparer.Ordinal))
        {
            if (ManifestRanges.Of(segment) is { } range)
            {
                sound.Add((range, segment));
            }
            else
            {
                problems.Add($"Segment '{segment.Key}' of {partition} was not taken over: the manifest gives it {segment.RecordCount} records, "
                    + $"offsets {segment.StartOffset} to {segment.EndOffset}.");
            }
        }

        foreach (var (taken, segment) in Chain(sound))
        {
            var info = ToSegmentInfo(segment);
            foreach (var part in OffsetRanges.Outside(taken, covered))
            {
                yield return new LedgerEntry { Partition = partition, Range = part, Segment = info };
            }
        }
    }

    /// <summary>The segments that hold all offsets with the least overlap, each with the offsets that it is taken for: from each offset on,
    /// the segment that reaches furthest. Runs of OSO's tool without an offset store leave whole chains side by side.</summary>
    private static IEnumerable<(OffsetRange Taken, ManifestSegment Segment)> Chain(List<(OffsetRange Range, ManifestSegment Segment)> inOrder)
    {
        var (at, next) = (0L, 0);
        while (true)
        {
            (OffsetRange Range, ManifestSegment Segment)? best = null;
            for (; next < inOrder.Count && inOrder[next].Range.Base <= at; next++)
            {
                if (inOrder[next].Range.Next > Math.Max(at, best?.Range.Next ?? 0))
                {
                    best = inOrder[next];
                }
            }

            if (best is { } found)
            {
                yield return (new OffsetRange(Math.Max(at, found.Range.Base), found.Range.Next), found.Segment);
                at = found.Range.Next;
            }
            else if (next < inOrder.Count)
            {
                at = inOrder[next].Range.Base;
            }
            else
            {
                yield break;
            }
        }
    }

    private static IEnumerable<LedgerEntry> AdoptGaps(
        PartitionId partition, IEnumerable<ManifestGap> gaps, List<OffsetRange> covered, List<string> problems)
    {
        var done = 0L;
        foreach (var gap in gaps.OrderBy(gap => gap.StartOffset).ThenBy(gap => gap.EndOffset))
        {
            if (ManifestRanges.Of(gap) is not { } range)
            {
                problems.Add($"A gap of {partition} was not taken over: the manifest gives it "
                    + $"the offsets from {gap.StartOffset} up to {gap.EndOffset}.");
            }
            else if (done < range.Next)
            {
                foreach (var part in OffsetRanges.Outside(new OffsetRange(Math.Max(done, range.Base), range.Next), covered))
                {
                    yield return new LedgerEntry { Partition = partition, Range = part, Gap = new Gap(gap.Reason, gap.DetectedAt) };
                }

                done = range.Next;
            }
        }
    }

    private static SegmentInfo ToSegmentInfo(ManifestSegment segment) => new()
    {
        Key = segment.Key,
        StartOffset = segment.StartOffset,
        EndOffset = segment.EndOffset,
        // OSO gives the first and the last record's by position, which is not always in order.
        MinTimestamp = Math.Min(segment.StartTimestamp, segment.EndTimestamp),
        MaxTimestamp = Math.Max(segment.StartTimestamp, segment.EndTimestamp),
        RecordCount = segment.RecordCount,
        UncompressedSize = segment.UncompressedSize,
        CompressedSize = segment.CompressedSize,
        Sha256 = segment.Sha256,
        UploadedAt = segment.UploadedAt,
    };
}
