using CsCheck;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Shared.Tests.Oso;

public sealed class ManifestAdoptionTests
{
    private static readonly HashSet<string> NoKeys = [];

    private static readonly PartitionId Partition = new("t", 0);

    private static readonly Gen<OffsetRange> Range =
        Gen.Select(Gen.Long[0, 60], Gen.Long[1, 25], (start, length) => new OffsetRange(start, start + length));

    [Fact]
    public void A_backup_of_OSO_becomes_one_entry_for_each_segment_and_gap()
    {
        var result = ManifestView.Adopt(Golden.Manifest("gap"), _ => [], NoKeys);

        Assert.Empty(result.Problems);
        Assert.Equal(
            [
                "metrics:0 [0, 100) segment", "metrics:0 [100, 150) offset_out_of_range", "metrics:0 [150, 200) segment",
                "metrics:1 [0, 100) segment", "metrics:1 [100, 200) offset_out_of_range",
                "metrics:2 [0, 100) segment", "metrics:2 [100, 200) segment",
            ],
            result.Entries.Select(entry => $"{entry.Partition} {entry.Range} {entry.Gap?.Reason ?? "segment"}"));
    }

    [Fact]
    public void Overlapping_segments_of_OSO_are_cut_so_that_each_offset_counts_once()
    {
        var result = ManifestView.Adopt(Golden.Manifest("overlapping"), _ => [], NoKeys);

        Assert.Equal(
            ["[0, 50)", "[50, 100)", "[100, 150)", "[150, 210)", "[210, 240)"],
            result.Entries.Where(entry => entry.Partition.Number == 0).Select(entry => entry.Range.ToString()));
    }

    [Theory]
    [InlineData("0-49 50-99", "0-49 50-99")]
    [InlineData("0-49 0-69", "0-69")]
    [InlineData("0-99 50-59", "0-99")]
    [InlineData("0-49 50-99 100-149 0-69 70-139 140-209", "0-69 70-139 140-209")]
    [InlineData("0-9 20-29", "0-9 20-29")]
    [InlineData("5-15 0-9", "0-9 5-15")]
    public void Of_segments_that_lie_side_by_side_as_few_as_possible_are_taken_over(string segments, string taken)
    {
        var manifest = new BackupManifest
        {
            BackupId = "b",
            CreatedAt = 1,
            Topics = [new ManifestTopic { Name = "t", Partitions = [new ManifestPartition { PartitionId = 0, Segments = [.. segments.Split(' ').Select(Named)] }] }],
        };

        var result = ManifestView.Adopt(manifest, _ => [], NoKeys);

        Assert.Equal(taken.Split(' '), result.Entries.Select(entry => entry.Segment!.Key));
        Assert.All(result.Entries.Zip(result.Entries.Skip(1)), pair => Assert.True(pair.First.Range.Next <= pair.Second.Range.Base));

        static ManifestSegment Named(string name) => name.Split('-').Select(long.Parse).ToArray() is [var start, var end]
            ? new ManifestSegment { Key = name, StartOffset = start, EndOffset = end, StartTimestamp = 1, EndTimestamp = 2, RecordCount = end - start + 1 }
            : throw new ArgumentException("start-end", nameof(name));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("incremental")]
    [InlineData("incremental-snapshot")]
    [InlineData("gap")]
    [InlineData("hole")]
    [InlineData("lz4")]
    [InlineData("legacy")]
    public void An_adopted_backup_of_OSO_is_rendered_as_it_was(string sample)
    {
        var original = Golden.Manifest(sample);
        var adopted = ManifestView.Adopt(original, _ => [], NoKeys).Entries;

        var rendered = ManifestView.Render(
            new BackupId(sample), 1, null, [], original.Compression, new Dictionary<string, TopicFacts>(), adopted, original);

        var sorted = original with
        {
            Topics = [.. original.Topics.Select(topic => topic with { Partitions = [.. topic.Partitions.OrderBy(p => p.PartitionId)] })],
        };
        Assert.Equal(ManifestJson.Write(sorted), ManifestJson.Write(rendered));
    }

    [Fact]
    public void A_segment_that_the_ledger_names_is_not_adopted_again()
    {
        var result = ManifestView.Adopt(Manifest([Segment(0, 10, "known"), Segment(10, 20, "new")]), _ => [], new HashSet<string> { "known" });

        Assert.Equal("new", Assert.Single(result.Entries).Segment!.Key);
    }

    [Fact]
    public void A_segment_around_what_is_covered_makes_several_entries_of_the_same_segment()
    {
        var result = ManifestView.Adopt(Manifest([Segment(0, 100, "s")]), _ => [new(20, 30), new(50, 60)], NoKeys);

        Assert.Equal([new(0, 20), new(30, 50), new(60, 100)], result.Entries.Select(entry => entry.Range));
        Assert.All(result.Entries, entry => Assert.Equal(("s", 0, 99), (entry.Segment!.Key, entry.Segment.StartOffset, entry.Segment.EndOffset)));
    }

    [Fact]
    public void A_segment_that_is_all_covered_makes_no_entry_and_is_no_problem()
    {
        var result = ManifestView.Adopt(Manifest([Segment(5, 10, "s")]), _ => [new(0, 7), new(7, 10)], NoKeys);

        Assert.Empty(result.Entries);
        Assert.Empty(result.Problems);
    }

    [Fact]
    public void Records_go_before_a_gap_that_claims_the_same_offsets()
    {
        var result = ManifestView.Adopt(Manifest([Segment(10, 20, "s")], [Gap(0, 30)]), _ => [], NoKeys);

        Assert.Equal(
            [("gap", new OffsetRange(0, 10)), ("s", new OffsetRange(10, 20)), ("gap", new OffsetRange(20, 30))],
            result.Entries.Select(entry => (entry.Segment?.Key ?? "gap", entry.Range)));
    }

    [Fact]
    public void Timestamps_by_position_are_put_in_order()
    {
        var segment = Segment(0, 10, "s") with { StartTimestamp = 9, EndTimestamp = 4 };

        var adopted = Assert.Single(ManifestView.Adopt(Manifest([segment]), _ => [], NoKeys).Entries).Segment!;

        Assert.Equal((4, 9), (adopted.MinTimestamp, adopted.MaxTimestamp));
    }

    [Theory]
    [InlineData(5, 4, 10)]
    [InlineData(5, 9, 0)]
    [InlineData(5, long.MaxValue, 10)]
    [InlineData(-5, 4, 10)]
    public void A_segment_with_impossible_numbers_is_named_as_a_problem(long start, long end, long count)
    {
        var segment = Segment(0, 10, "odd") with { StartOffset = start, EndOffset = end, RecordCount = count };

        var result = ManifestView.Adopt(Manifest([segment]), _ => [], NoKeys);

        Assert.Empty(result.Entries);
        Assert.Contains("'odd' of t:0", Assert.Single(result.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_gap_without_length_is_named_as_a_problem()
    {
        var result = ManifestView.Adopt(Manifest([], [Gap(7, 7)]), _ => [], NoKeys);

        Assert.Empty(result.Entries);
        Assert.Contains("gap of t:0", Assert.Single(result.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Adopted_entries_cover_each_offset_once_and_exactly_those_that_were_not_covered()
    {
        var gen = Gen.Select(Range.List[0, 8], Range.List[0, 4], Range.List[0, 6]);

        gen.Sample(
            (segments, gaps, covered) =>
            {
                var manifest = Manifest([.. segments.Select((r, i) => Segment(r.Base, r.Next, $"s{i}"))], [.. gaps.Select(r => Gap(r.Base, r.Next))]);

                var result = ManifestView.Adopt(manifest, _ => covered, NoKeys);

                var offsets = result.Entries.SelectMany(entry => Offsets(entry.Range)).ToList();
                var expected = segments.Concat(gaps).SelectMany(Offsets).Except(covered.SelectMany(Offsets)).Order();
                Assert.Equal(expected, offsets.Order());
                Assert.All(result.Entries, entry => Assert.False(entry.Range.IsEmpty));
                var records = segments.SelectMany(Offsets).Except(covered.SelectMany(Offsets)).Order();
                Assert.Equal(records, result.Entries.Where(entry => entry.Segment is not null).SelectMany(entry => Offsets(entry.Range)).Order());
            },
            iter: 5_000);
    }

    [Fact]
    public void An_adopted_entry_lies_inside_its_segment()
    {
        Gen.Select(Range.List[0, 8], Range.List[0, 6]).Sample(
            (segments, covered) =>
            {
                var manifest = Manifest([.. segments.Select((r, i) => Segment(r.Base, r.Next, $"s{i}"))]);

                Assert.All(
                    ManifestView.Adopt(manifest, _ => covered, NoKeys).Entries,
                    entry => Assert.True(entry.Range.Base >= entry.Segment!.StartOffset && entry.Range.Next <= entry.Segment.EndOffset + 1));
            },
            iter: 2_000);
    }

    [Fact]
    public void After_adoption_a_render_has_nothing_left_to_adopt()
    {
        Gen.Select(Range.List[0, 8], Range.List[0, 4]).Sample(
            (segments, gaps) =>
            {
                var manifest = Manifest([.. segments.Select((r, i) => Segment(r.Base, r.Next, $"s{i}"))], [.. gaps.Select(r => Gap(r.Base, r.Next))]);
                var entries = ManifestView.Adopt(manifest, _ => [], NoKeys).Entries;
                var keys = entries.Select(entry => entry.Segment?.Key).OfType<string>().ToHashSet();

                var rendered = ManifestView.Render(new BackupId("b"), 1, null, [], "none", new Dictionary<string, TopicFacts>(), entries, manifest);

                Assert.Empty(ManifestView.Adopt(rendered, _ => [.. entries.Select(entry => entry.Range)], keys).Entries);
                Assert.Equal(keys, rendered.Topics.SelectMany(t => t.Partitions).SelectMany(p => p.Segments).Select(s => s.Key).ToHashSet());
            },
            iter: 2_000);
    }

    private static IEnumerable<long> Offsets(OffsetRange range) => Enumerable.Range(0, (int)range.Length).Select(i => range.Base + i);

    private static BackupManifest Manifest(IReadOnlyList<ManifestSegment> segments, IReadOnlyList<ManifestGap>? gaps = null) => new()
    {
        BackupId = "b",
        CreatedAt = 1,
        Topics =
        [
            new ManifestTopic
            {
                Name = Partition.Topic,
                Partitions = [new ManifestPartition { PartitionId = Partition.Number, Segments = segments, Gaps = gaps ?? [] }],
            },
        ],
    };

    private static ManifestSegment Segment(long @base, long next, string key) => new()
    {
        Key = key,
        StartOffset = @base,
        EndOffset = next - 1,
        StartTimestamp = 1,
        EndTimestamp = 2,
        RecordCount = next - @base,
    };

    private static ManifestGap Gap(long start, long end) =>
        new() { StartOffset = start, EndOffset = end, Reason = Shared.Ledger.Gap.OffsetOutOfRange, DetectedAt = 5 };
}
