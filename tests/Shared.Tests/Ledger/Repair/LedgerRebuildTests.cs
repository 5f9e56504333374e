using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Ledger.Repair;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;
using Xunit;
using static KafkaBackup.Shared.Tests.Ledger.LedgerSamples;

namespace KafkaBackup.Shared.Tests.Ledger.Repair;

/// <summary>What a ledger is made of again, when parts of it are gone.</summary>
public sealed class LedgerRebuildTests
{
    private static readonly Head Whole = new() { Epoch = 3, Seq = 9, Writer = "w", CreatedAt = 1 };

    [Fact]
    public void A_sound_ledger_stays_as_it_is()
    {
        var head = Whole with { Tail = [Entry(0, 10), Gap(10, 20), Empty(20, 25)] };

        var rebuilt = Rebuild(With(head));

        Assert.True(rebuilt.IsSameAsBefore);
        Assert.Equal(head.Tail, rebuilt.Entries);
    }

    [Fact]
    public void Without_a_head_parts_tell_newest_first()
    {
        var evidence = Lost(
            new FoundPart(BackupKeys.Part(Backup, 2, 5), false, [Entry(0, 10, "new"), Empty(10, 12)]),
            new FoundPart(BackupKeys.Part(Backup, 1, 2), false, [Entry(0, 15, "old")]));

        var rebuilt = Rebuild(evidence);

        Assert.Equal([(0, 10, "new"), (10, 15, "old")], Said(rebuilt));
        Assert.False(rebuilt.IsSameAsBefore);
    }

    [Fact]
    public void What_the_manifest_shows_comes_after_parts_and_before_segments_that_nothing_names()
    {
        var evidence = Lost(new FoundPart(BackupKeys.Part(Backup, 2, 5), false, [Entry(0, 10, "part")])) with
        {
            Manifest = Manifest([Segment(5, 20, "shown")], [(20, 40)]),
        };

        var rebuilt = Rebuild(evidence, Segment(15, 30, Name(15, 9)));

        Assert.Equal([(0, 10, "part"), (10, 20, "shown"), (20, 30, Name(15, 9)), (30, 40, "gap")], Said(rebuilt));
    }

    [Fact]
    public void Of_segments_that_nothing_names_the_newest_epoch_comes_first_and_foreign_ones_last()
    {
        var rebuilt = Rebuild(Lost(), Segment(0, 30, "segment-000001.bin"), Segment(10, 20, Name(10, 2)), Segment(15, 25, Name(15, 4)));

        Assert.Equal([(0, 10, "segment-000001.bin"), (10, 15, Name(10, 2)), (15, 25, Name(15, 4)), (25, 30, "segment-000001.bin")], Said(rebuilt));
    }

    [Fact]
    public void A_segment_takes_the_place_of_a_gap_and_of_a_range_without_records()
    {
        var rebuilt = Rebuild(With(Whole with { Tail = [Gap(0, 20), Empty(20, 30), Entry(30, 40)] }), Segment(10, 25, Name(10, 1)));

        Assert.Equal([(0, 10, "gap"), (10, 25, Name(10, 1)), (25, 30, "none"), (30, 40, "s-30")], Said(rebuilt));
    }

    [Fact]
    public void Behind_the_end_of_a_sound_ledger_the_source_is_asked_and_no_segment_that_was_never_committed_is_taken()
    {
        var head = Whole with { Tail = [Entry(0, 10)] };
        var elsewhere = new PartitionId("t", 5);

        var rebuilt = Rebuild(With(head), Segment(10, 20, Name(10, 2)), Segment(0, 5, Name(0, 2), elsewhere));

        Assert.True(rebuilt.IsSameAsBefore);
    }

    [Fact]
    public void What_is_held_since_a_loss_is_taken_behind_the_end_too_and_what_came_after_is_not()
    {
        var head = Whole with { Epoch = 8, UnsweptThrough = 4, Tail = [Entry(0, 10)] };

        var rebuilt = Rebuild(With(head), Segment(10, 20, Name(10, 4)), Segment(20, 30, Name(20, 6)));

        Assert.Equal([(0, 10, "s-0"), (10, 20, Name(10, 4))], Said(rebuilt));
        Assert.False(rebuilt.IsSameAsBefore);
    }

    [Fact]
    public void A_manifest_that_shows_more_than_the_head_proves_that_the_head_is_an_older_one()
    {
        var evidence = With(Whole with { Tail = [Entry(0, 10)] }) with { Manifest = Manifest([Segment(10, 20, Name(10, 2))], []) };

        var rebuilt = Rebuild(evidence, Segment(20, 30, Name(20, 3)));

        Assert.Equal([(0, 10, "s-0"), (10, 20, Name(10, 2)), (20, 30, Name(20, 3))], Said(rebuilt));
    }

    [Fact]
    public void A_segment_that_is_gone_is_not_named_and_told_when_nothing_else_has_its_offsets()
    {
        var head = Whole with { Tail = [Entry(0, 10), Entry(10, 20), Entry(20, 30)] };
        var evidence = With(head);
        var there = evidence.Segments.Where(segment => segment.Key.EndsWith("s-20", StringComparison.Ordinal));

        var rebuilt = Rebuild(evidence with { Segments = there.ToDictionary() }, Segment(0, 10, Name(0, 1)));

        Assert.Equal([(0, 10, Name(0, 1)), (20, 30, "s-20")], Said(rebuilt));
        Assert.Equal(new OffsetRange(10, 20), Assert.Single(rebuilt.Lost).Range);
    }

    [Fact]
    public void An_object_of_another_size_than_was_committed_is_taken_by_its_own_word()
    {
        var evidence = With(Whole with { Tail = [Entry(0, 10, Name(0, 1))] });
        evidence = evidence with { Segments = evidence.Segments.ToDictionary(segment => segment.Key, segment => segment.Value + 1) };

        var rebuild = new LedgerRebuild(evidence);

        Assert.Equal(evidence.Segments.Keys, rebuild.ToInspect);
    }

    private static LedgerEntry Empty(long @base, long next) => new() { Partition = Partition, Range = new OffsetRange(@base, next) };

    private static string Name(long start, long epoch) => BackupKeys.Segment(Backup, Partition, start, epoch, "u", "").Split('/')[^1];

    /// <summary>A head, with all that it names in the store.</summary>
    private static LedgerEvidence With(Head head) =>
        new() { Backup = Backup, Head = head, HeadTag = new ETag("1"), IsWhole = true, IsHistoryWhole = true, Segments = SizesOf(head.Tail) };

    /// <summary>No head, but these parts.</summary>
    private static LedgerEvidence Lost(params FoundPart[] parts) =>
        new() { Backup = Backup, Parts = parts, Segments = SizesOf(parts.SelectMany(part => part.Entries)) };

    private static Dictionary<string, long> SizesOf(IEnumerable<LedgerEntry> entries) =>
        entries.Select(entry => entry.Segment).OfType<SegmentInfo>().DistinctBy(segment => segment.Key)
            .ToDictionary(segment => segment.Key, segment => segment.CompressedSize);

    private static BackupManifest Manifest(SegmentInfo[] segments, (long Start, long End)[] gaps) => new()
    {
        BackupId = Backup.Value,
        CreatedAt = 1,
        Topics =
        [
            new ManifestTopic
            {
                Name = Partition.Topic,
                Partitions =
                [
                    new ManifestPartition
                    {
                        PartitionId = Partition.Number,
                        Segments = [.. segments.Select(ToManifest)],
                        Gaps = [.. gaps.Select(gap => new ManifestGap
                        {
                            StartOffset = gap.Start, EndOffset = gap.End, Reason = "offset_out_of_range", DetectedAt = 5,
                        })],
                    },
                ],
            },
        ],
    };

    /// <summary>Rebuilds from this and these segments, which lie there and which nothing names.</summary>
    private static RebuiltLedger Rebuild(LedgerEvidence evidence, params SegmentInfo[] unnamed)
    {
        var shown = evidence.Manifest?.Topics.SelectMany(topic => topic.Partitions).SelectMany(partition => partition.Segments) ?? [];
        var sizes = evidence.Segments.Concat(unnamed.Select(segment => KeyValuePair.Create(segment.Key, segment.CompressedSize)))
            .Concat(shown.Select(segment => KeyValuePair.Create(segment.Key, segment.CompressedSize))).DistinctBy(pair => pair.Key).ToDictionary();
        var rebuild = new LedgerRebuild(evidence with { Segments = sizes });
        return rebuild.Finish(unnamed.Where(segment => rebuild.ToInspect.Contains(segment.Key)));
    }

    private static IEnumerable<(long Base, long Next, string What)> Said(RebuiltLedger ledger) => ledger.Entries.Select(entry =>
        (entry.Range.Base, entry.Range.Next, entry.Segment?.Key.Split('/')[^1] ?? (entry.Gap is null ? "none" : "gap")));

    private static ManifestSegment ToManifest(SegmentInfo segment) => new()
    {
        Key = segment.Key,
        StartOffset = segment.StartOffset,
        EndOffset = segment.EndOffset,
        StartTimestamp = segment.MinTimestamp,
        EndTimestamp = segment.MaxTimestamp,
        RecordCount = segment.RecordCount,
        CompressedSize = segment.CompressedSize,
    };
}
